// A message as it leaves for a WebSocket client: header and payload, encoded once and shared.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace indexcast::server {

// All bytes of one WebSocket frame. A server does not mask, so that every client that asked for the
// same form is sent the same bytes.
using Frame = std::shared_ptr<const std::string>;

// The two subprotocols, as they are and compressed (permessage-deflate without context takeover:
// a message compressed by itself is the same for everybody).
enum class FrameForm : std::uint8_t { json, protobuf, json_deflated, protobuf_deflated };
inline constexpr std::size_t kFrameForms = 4;

constexpr FrameForm frame_form(bool binary, bool deflated) {
  return static_cast<FrameForm>((binary ? 1 : 0) + (deflated ? 2 : 0));
}
constexpr bool is_binary(FrameForm form) { return (static_cast<int>(form) & 1) != 0; }
constexpr bool is_deflated(FrameForm form) { return (static_cast<int>(form) & 2) != 0; }

// One message in as many forms as somebody asked for.
class FrameSet {
 public:
  Frame& operator[](FrameForm form) { return frames_[static_cast<std::size_t>(form)]; }
  bool any() const {
    for (const Frame& frame : frames_) {
      if (frame) return true;
    }
    return false;
  }

 private:
  std::array<Frame, kFrameForms> frames_;
};

}  // namespace indexcast::server
