// What makes a command one that can be carried out, whichever the subprotocol that brought it.
#pragma once

#include <string>

#include "server/web/stream_command.h"

namespace indexcast::server {

// Fills in what was left to the server; the reason why the command cannot be carried out, empty
// when it can.
inline std::string complete_command(StreamCommand& command) {
  const bool of_codes = command.op == StreamOp::subscribe || command.op == StreamOp::unsubscribe;
  if (of_codes && command.codes.empty()) return "codes: an array of index codes is needed";
  if (command.op == StreamOp::authenticate && command.token.empty()) return "token: text is needed";
  if (command.op == StreamOp::replay) {
    if (command.codes[0].empty()) return "code: an index code is needed";
    if (command.from == 0) return "from: an index sequence from 1";
    if (command.to != 0 && command.to < command.from) return "to: not before from";
  }
  if (command.op != StreamOp::subscribe || command.mode == StreamMode::tick) {
    command.interval_ms = 0;
    return {};
  }
  const bool grid = command.mode == StreamMode::grid;
  if (command.interval_ms == 0 && !grid) command.interval_ms = kDefaultIntervalMs;
  if (grid && command.interval_ms == 0) return {};
  if (command.interval_ms < kShortestIntervalMs || command.interval_ms > kLongestIntervalMs)
    return "interval_ms: an integer from 10 to 60000";
  return {};
}

}  // namespace indexcast::server
