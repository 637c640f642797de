// What waits for one client's socket: frames of the stream and WebSocket control frames, in the
// order in which they leave.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "server/web/frame.h"

namespace indexcast::server {

// The owner of the socket gathers, writes, and consumes what was written; a frame of which a byte
// has been written stays until its last. Control frames go before everything that no write is under
// way for. After a close frame nothing leaves any more. One thread.
class OutboundQueue {
 public:
  // What one write takes: the buffers that one writev takes, and no more bytes than fit a socket's
  // buffer, so that a control frame does not wait behind a megabyte.
  static constexpr std::size_t kGatherFrames = 64;
  static constexpr std::size_t kGatherBytes = 64 * 1024;

  void push(Frame frame);
  void push_control(std::string bytes);

  bool empty() const { return entries_.empty(); }
  // Frames of the stream.
  std::size_t size() const { return entries_.size() - controls_; }

  // The bytes of the next write; valid until consume. At least one frame, whatever its size.
  const std::vector<std::string_view>& gather();

  struct Written {
    std::size_t frames = 0;  // of the stream
    std::size_t controls = 0;
    bool close = false;  // a close frame is out
  };
  // `bytes` of what was gathered have been written; no write is under way any more.
  Written consume(std::size_t bytes);

  // Forgets every frame of the stream that has not begun to leave.
  void drop_waiting();

 private:
  struct Entry {
    Frame bytes;
    bool control;
  };

  std::deque<Entry> entries_;
  std::size_t controls_ = 0;
  std::size_t committed_ = 0;  // entries at the front that a write has or may have begun
  std::size_t offset_ = 0;     // bytes of the front entry that are written
  bool closing_ = false;
  std::vector<std::string_view> gathered_;
};

}  // namespace indexcast::server
