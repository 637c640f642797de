// The file of one journal: its header at once, then each input as it is given.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "calc/sequencer.h"
#include "server/journal/journal_format.h"

namespace indexcast::server {

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
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  bool failed_ = false;
};

}  // namespace indexcast::server
