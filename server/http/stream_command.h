// What a WebSocket client may ask for, from JSON text (proto/README.md, "WebSocket").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace indexcast::server {

enum class StreamOp : std::uint8_t { subscribe, unsubscribe, ping };

struct StreamCommand {
  StreamOp op = StreamOp::ping;
  std::vector<std::string> codes;  // subscribe, unsubscribe
  // Between two levels of one index; 0 = every tick.
  std::int64_t interval_ms = 0;
};

inline constexpr std::int64_t kDefaultIntervalMs = 100;
inline constexpr std::int64_t kShortestIntervalMs = 10;
inline constexpr std::int64_t kLongestIntervalMs = 60'000;

// The command, or the reason why there is none, in words for the client.
struct ParsedCommand {
  StreamCommand command;
  std::string fault;  // empty: command is valid
};

// Never throws, whatever the bytes.
ParsedCommand parse_stream_command(std::string_view text);

}  // namespace indexcast::server
