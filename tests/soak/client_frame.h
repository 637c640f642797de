// WebSocket frames as a client makes and takes them (RFC 6455, 5.2).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace indexcast::soak {

// A whole masked frame; the mask is zero, which leaves the payload as it is. `opcode`: any four
// bits, also those that the protocol does not know.
std::string client_frame(unsigned opcode, std::string_view payload);

struct ServerFrame {
  unsigned opcode = 0;
  std::string_view payload;
  std::size_t size = 0;  // with its header
};

// The frame at the front of `bytes`; nothing before all of it is there.
std::optional<ServerFrame> front_frame(std::string_view bytes);

}  // namespace indexcast::soak
