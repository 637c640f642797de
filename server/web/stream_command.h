// What a WebSocket client may ask for (proto/README.md, "WebSocket"), from either subprotocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace indexcast::server {

enum class StreamOp : std::uint8_t { authenticate, subscribe, unsubscribe, replay, ping };
enum class StreamMode : std::uint8_t { tick, grid, conflated };

struct StreamCommand {
  std::uint32_t id = 0;  // echoed in every answer; 0: the client gave none
  StreamOp op = StreamOp::ping;
  std::string token;               // authenticate
  std::vector<std::string> codes;  // subscribe, unsubscribe; one code for replay
  StreamMode mode = StreamMode::tick;
  std::int64_t interval_ms = 0;  // of conflated; of grid, 0 being the server's interval
  bool records = false;          // subscribe: with the records of these codes
  std::uint64_t epoch = 0;       // replay: that numbered the levels; 0: whatever is in force
  std::uint64_t from = 0;        // replay, inclusive
  std::uint64_t to = 0;          // replay; 0: up to the newest
};

inline constexpr std::int64_t kDefaultIntervalMs = 100;
inline constexpr std::int64_t kShortestIntervalMs = 10;
inline constexpr std::int64_t kLongestIntervalMs = 60'000;

// The command, or the reason why there is none, in words for the client.
struct ParsedCommand {
  StreamCommand command;  // with a fault: its id, as far as it could be read
  std::string fault;      // empty: command is valid
};

// A JSON object. Never throws, whatever the bytes.
ParsedCommand parse_json_command(std::string_view text);

// A ClientMessage of proto/indexcast/v1/websocket.proto. Never throws, whatever the bytes.
ParsedCommand parse_protobuf_command(std::string_view bytes);

}  // namespace indexcast::server
