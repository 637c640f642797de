// Writes and reads journal files.
#pragma once

#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "calc/sequencer.h"
#include "calc/spsc_ring.h"
#include "server/journal/journal_format.h"
#include "server/settings/thread.h"

namespace indexcast::server {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePointer = std::unique_ptr<std::FILE, CloseFile>;

// Writes on the thread that calls, so it leaves no input out: for a replay, whose core may wait for
// the disk. A server's core may not, and puts a JournalWriter before it.
class JournalFile final : public InputLog {
 public:
  // Creates `directory` and the file input-EPOCH.journal in it; throws std::system_error when
  // either fails, or when that file is there already.
  JournalFile(const std::string& directory, JournalHeader header);

  void on_input(const MarketEvent& event, std::uint64_t input_sequence) override;
  // Hands what is buffered to the operating system.
  void flush();

  const std::string& path() const { return path_; }
  // The disk refused a write; inputs after that are not journaled.
  bool failed() const { return failed_; }

 private:
  std::string path_;
  FilePointer file_;
  bool failed_ = false;
};

class JournalWriter final : public InputLog {
 public:
  // As JournalFile; `ring_capacity` inputs may wait for the disk. `processor` as of begin_thread().
  JournalWriter(const std::string& directory, const JournalHeader& header,
                std::size_t ring_capacity, std::int64_t processor = kAnyProcessor);
  // Writes what is waiting and closes the file.
  ~JournalWriter() override;

  // On the core's thread. When the ring is full the input is left out: a reader sees the hole by
  // its sequence, and left_out() counts it.
  void on_input(const MarketEvent& event, std::uint64_t input_sequence) override;

  const std::string& path() const { return file_.path(); }
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  std::uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }
  // The disk refused a write; inputs after that are not journaled.
  bool failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::uint64_t input_sequence;
    MarketEvent event;
  };

  void run();
  std::size_t drain();
  void write(const Entry& entry);

  JournalFile file_;  // of the writer's own thread once it runs
  SpscRing<Entry> ring_;
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> left_out_{0};
  std::atomic<bool> failed_{false};
  std::atomic<bool> running_{true};
  std::thread thread_;
};

class JournalReader {
 public:
  // The newest journal in `directory`, or `directory` itself when it is a file. The header is
  // checked.
  static absl::StatusOr<JournalReader> open(const std::string& directory);

  const JournalHeader& header() const { return header_; }
  const std::string& path() const { return path_; }

  enum class Result { record, end, torn, corrupt };
  // `torn`: the file ends inside a record, as after a crash. `corrupt`: a checksum does not match.
  Result next(JournalRecord& out);

  // Offset of the record that next() would read.
  std::uint64_t offset() const { return offset_; }

 private:
  std::string path_;
  FilePointer file_;
  JournalHeader header_{};
  std::uint64_t offset_ = 0;
};

}  // namespace indexcast::server
