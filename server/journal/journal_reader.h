// Reads a journal back, in order.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "server/journal/journal_format.h"

namespace indexcast::server {

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
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  JournalHeader header_{};
  std::uint64_t offset_ = 0;
};

}  // namespace indexcast::server
