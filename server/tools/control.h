// `indexcast control`: an operator's request to a running server, and what stands there.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace indexcast::server {

struct ControlOptions {
  std::string url = "http://127.0.0.1:8081/";  // the server's administrative interface
  std::string token_file;  // the asker's token, in its first line; not readable by others
  std::string operation;   // or "status": what stands at the target
  std::string target;      // none of "drain" and "resume", nor of the status of the server itself
  std::string value;
  std::string reason;
  std::string expect;   // the target's version, or "any"
  std::string expires;  // "60s" from now, or an instant
  std::optional<std::uint64_t> from_sequence;
  std::optional<std::uint64_t> to_sequence;
  std::string id;        // of a request that is asked again; empty: a new one
  bool force = false;    // the value is right although it is far from what the server believes
  bool preview = false;  // only say what it would do to the levels
};

// Prints the server's answer as JSON to `out`, and to `err` in words what went wrong. A request
// whose value the server judges is previewed first, and its effect on every level goes to `err`
// before it is made. Returns 0 when the request was applied, previewed or proposed, 2 for a command
// line that makes no request, 4 for an unusable token file, 6 when the server cannot be reached or
// has not carried the request out yet, 7 when it refuses.
int run_control(const ControlOptions& options, std::ostream& out, std::ostream& err);

}  // namespace indexcast::server
