// A message as it leaves for a WebSocket client: header and payload, encoded once and shared.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace indexcast::server {

// All bytes of one WebSocket frame. A server does not mask, so every client with the same encoding
// receives the same bytes.
using Frame = std::shared_ptr<const std::string>;

// The two subprotocols, as they are and compressed (permessage-deflate without context takeover:
// a message compressed by itself is the same for everybody).
enum class Encoding : std::uint8_t { json, protobuf, json_deflated, protobuf_deflated };
inline constexpr std::size_t kEncodingCount = 4;

constexpr Encoding encoding_of(bool binary, bool deflated) {
  return static_cast<Encoding>((binary ? 1 : 0) + (deflated ? 2 : 0));
}
constexpr bool is_binary(Encoding encoding) { return (static_cast<int>(encoding) & 1) != 0; }
constexpr bool is_deflated(Encoding encoding) { return (static_cast<int>(encoding) & 2) != 0; }

// One message in each encoding that a client needed.
class FrameSet {
 public:
  Frame& operator[](Encoding encoding) { return frames_[static_cast<std::size_t>(encoding)]; }
  bool any() const {
    for (const Frame& frame : frames_) {
      if (frame) return true;
    }
    return false;
  }

 private:
  std::array<Frame, kEncodingCount> frames_;
};

}  // namespace indexcast::server
