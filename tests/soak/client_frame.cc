#include "tests/soak/client_frame.h"

namespace indexcast::soak {

std::string client_frame(unsigned opcode, std::string_view payload) {
  std::string bytes(1, static_cast<char>(0x80 | opcode));
  if (payload.size() < 126) {
    bytes += static_cast<char>(0x80 | payload.size());
  } else {
    const bool is_long = payload.size() > 0xffff;
    bytes += static_cast<char>(0x80 | (is_long ? 127 : 126));
    for (int shift = is_long ? 56 : 8; shift >= 0; shift -= 8)
      bytes += static_cast<char>(payload.size() >> shift & 0xff);
  }
  bytes.append(4, '\0');
  return bytes.append(payload);
}

std::optional<ServerFrame> front_frame(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2) return std::nullopt;
  std::size_t length = at(1) & 0x7f;
  std::size_t header = 2;
  if (length >= 126) {
    header = length == 126 ? 4 : 10;
    if (bytes.size() < header) return std::nullopt;
    length = 0;
    for (std::size_t i = 2; i < header; ++i) length = length << 8 | at(i);
  }
  if (bytes.size() < header + length) return std::nullopt;
  return ServerFrame{at(0) & 0x0fU, bytes.substr(header, length), header + length};
}

}  // namespace indexcast::soak
