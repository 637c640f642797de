// Writes and reads journal files.
#pragma once

#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "calc/sequencer.h"
#include "calc/spsc_ring.h"
#include "server/journal/journal_format.h"

namespace indexcast::server {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using FilePointer = std::unique_ptr<std::FILE, CloseFile>;

// Writes inputs to a journal on the calling thread and leaves none out. A replay uses it directly;
// a server's core must not wait for the disk and uses JournalWriter.
class JournalFile final : public InputLog {
 public:
  // Creates `directory` and the file input-EPOCH.journal in it. Throws std::system_error when
  // either fails or the file exists.
  JournalFile(const std::string& directory, JournalHeader header);

  void on_input(const MarketEvent& event, std::uint64_t input_sequence) override;
  // Hands the buffer to the operating system.
  void flush();

  const std::string& path() const { return path_; }
  // Whether the disk refused a write. No later input is journaled.
  bool failed() const { return failed_; }

 private:
  std::string path_;
  FilePointer file_;
  bool failed_ = false;
};

// Takes inputs on the core's thread and writes them to a file on another, so that the core never
// waits for the disk. What was not written before the end is lost.
class JournalWriter final : public InputLog {
 public:
  // As JournalFile. At most `ring_capacity` inputs wait for the disk.
  JournalWriter(const std::string& directory, const JournalHeader& header,
                std::size_t ring_capacity)
      : file_(directory, header), ring_(ring_capacity) {}

  // Core's thread. Leaves the input out when the ring is full: left_out() counts it, and a reader
  // of the journal sees the jump in the input sequence.
  void on_input(const MarketEvent& event, std::uint64_t input_sequence) override;
  // Core's thread. Whether an input was added since the last call.
  bool take_added() { return std::exchange(added_, false); }

  // The writing thread. Writes at most `limit` inputs of the ring and returns their number. Hands
  // what was written to the operating system once the ring is empty.
  std::size_t write_waiting(std::size_t limit);

  // Any thread.
  const std::string& path() const { return file_.path(); }
  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  std::uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }
  // Whether the disk refused a write. No later input is journaled.
  bool failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::uint64_t input_sequence;
    MarketEvent event;
  };

  JournalFile file_;       // the writing thread's
  bool unflushed_ = true;  // the header is
  SpscRing<Entry> ring_;
  bool added_ = false;  // the core's
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> left_out_{0};
  std::atomic<bool> failed_{false};
};

// Reads a journal in order and checks every record.
class JournalReader {
 public:
  // Opens the newest journal in `directory`, or `directory` itself if it is a file, and checks its
  // header.
  static absl::StatusOr<JournalReader> open(const std::string& directory);

  const JournalHeader& header() const { return header_; }
  const std::string& path() const { return path_; }

  enum class Result { record, end, torn, corrupt };
  // Reads the next record. `torn`: the file ends inside a record, as after a crash. `corrupt`: a
  // checksum does not match.
  Result next(JournalRecord& out);

  // Returns the offset of the record that next() would read.
  std::uint64_t offset() const { return offset_; }

 private:
  std::string path_;
  FilePointer file_;
  JournalHeader header_{};
  std::uint64_t offset_ = 0;
};

}  // namespace indexcast::server
