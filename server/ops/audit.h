// Who asked the core for what, when and why, and what became of it: one JSON object a line.
#pragma once

#include <absl/status/status.h>

#include <nlohmann/json.hpp>
#include <string>

namespace indexcast::server {

// A line is on the disk when write() returns, so that nothing is carried out of which the audit
// knows nothing. One thread.
class Audit {
 public:
  // Into the log, where no journal is kept: its lines are as durable as the log is.
  Audit() = default;
  // Appends to the file, which is made with its folder when absent; throws std::system_error with
  // its path when it cannot be had.
  explicit Audit(const std::string& path);
  ~Audit();
  Audit(const Audit&) = delete;
  Audit& operator=(const Audit&) = delete;

  // The name of the audit beside the journal of the same epoch.
  static std::string path_in(const std::string& directory, std::uint64_t epoch);

  // ResourceExhausted, with the disk's reason, when the line is not safe; the file then holds
  // nothing of it, or a part that stands on a line of its own.
  absl::Status write(const nlohmann::ordered_json& line);

  // Empty: the log.
  const std::string& path() const { return path_; }

 private:
  absl::Status refused(const char* what);

  std::string path_;
  int file_ = -1;
  bool torn_ = false;
};

}  // namespace indexcast::server
