// What the soak reads in a message of the WebSocket, in either subprotocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "indexcast/v1/websocket.pb.h"

namespace indexcast::soak {

struct StreamMessage {
  enum class Kind : std::uint8_t { other, snapshot, level, skipped };

  Kind kind = Kind::other;
  std::size_t code = 0;
  std::uint64_t from = 0;  // sequence; of skipped the first
  std::uint64_t to = 0;    // of skipped the last
  std::int64_t calculation_time = 0;
};

// The number that a code is; the soak's indices are called "000000", "000001" ...
std::size_t number_of(std::string_view code);

// Looks for the members that it needs: the text is the server's own, and its form is held
// elsewhere.
StreamMessage read_json(std::string_view text);
// `parsed` is reused from call to call.
StreamMessage read_protobuf(std::string_view bytes, v1::ServerMessage& parsed);

}  // namespace indexcast::soak
