// A message of the server as the bytes of a WebSocket frame.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "indexcast/v1/websocket.pb.h"
#include "server/messages/level_json.h"
#include "server/web/frame.h"

namespace indexcast::server {

// One thread. Allocates the frame, and keeps its buffers.
class FrameEncoder {
 public:
  FrameEncoder();
  ~FrameEncoder();
  FrameEncoder(const FrameEncoder&) = delete;
  FrameEncoder& operator=(const FrameEncoder&) = delete;

  Frame encode(const v1::ServerMessage& message, Encoding encoding);

 private:
  class Deflater;

  std::string_view payload(const v1::ServerMessage& message, Encoding encoding);

  JsonBuffer text_;
  std::string bytes_;
  std::unique_ptr<Deflater> deflater_;  // made for the first client that wants it
};

}  // namespace indexcast::server
