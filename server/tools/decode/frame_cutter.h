// Cuts one captured stream into frames and accounts for every byte of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::server {

// How a venue frames its stream.
struct VenueFraming {
  feed::FrameScan (*scan)(feed::Bytes) = nullptr;
  bool (*intact)(feed::Bytes) = nullptr;  // whether the checksum of a whole frame holds
  std::size_t max_frame = 0;              // longer ones are passed over unseen
};

// Where a piece of the stream begins.
struct StreamPlace {
  std::uint64_t packet = 0;  // that carried its first byte, from 1 in its capture
  std::uint64_t offset = 0;  // in the stream
  std::size_t capture = 0;   // position in the list of captures
};

// Why bytes are passed over without blame.
enum class StreamSkipReason : std::uint8_t { out_of_step, too_long };

constexpr std::string_view name_of(StreamSkipReason reason) {
  return reason == StreamSkipReason::out_of_step ? "out_of_step" : "too_long";
}

class FrameListener {
 public:
  virtual ~FrameListener() = default;
  // A whole frame whose checksum holds.
  virtual void on_frame(feed::Bytes frame, StreamPlace place) = 0;
  // A frame or a run of bytes that does not decode.
  virtual void on_malformed(std::size_t bytes, feed::DecodeError reason, StreamPlace place) = 0;
  // Bytes that nobody blames: before the first frame of a stream that was joined in its middle or
  // after a gap, and frames that are too long to be shown.
  virtual void on_skipped(std::size_t bytes, StreamSkipReason reason, StreamPlace place) = 0;
};

// In step, frames follow each other, and a wrong checksum costs that frame only. Out of step, every
// position is tried until a whole frame with a good checksum begins there. The three calls of the
// listener cover the stream without a hole or an overlap, in its order, once finish() has been
// called. Keeps at most max_frame bytes and one chunk. One thread.
class FrameCutter {
 public:
  FrameCutter(const VenueFraming& framing, FrameListener& listener)
      : framing_(framing), listener_(listener) {}

  // The next bytes; `after_gap`: what precedes them is missing, or was never seen.
  void add(feed::Bytes bytes, StreamPlace place, bool after_gap);
  // The stream ends here: pending bytes are a frame cut short.
  void finish();
  // Bytes waiting for the rest of their frame.
  std::size_t pending() const { return pending_.size(); }

 private:
  // The packet that carried the bytes from `at` (in pending_) on.
  struct Segment {
    std::size_t at = 0;
    StreamPlace place;
  };

  void cut();
  void leave_step(bool blameless);
  void pass_over_pending();
  bool take_frame(feed::Bytes rest, const feed::FrameScan& scan);
  void skip(std::size_t bytes, feed::DecodeError reason);
  void report_skipped();
  StreamPlace place_of(std::size_t at) const;
  void consume();

  VenueFraming framing_;
  FrameListener& listener_;
  std::vector<std::byte> pending_;
  std::vector<Segment> segments_;
  std::size_t used_ = 0;
  std::size_t passing_over_ = 0;  // still to come of a frame that is too long
  bool in_step_ = true;
  bool blameless_ = false;  // why we are out of step: a gap
  std::size_t skipped_ = 0;
  feed::DecodeError skip_reason_ = feed::DecodeError::none;
  StreamPlace skip_place_;
};

}  // namespace indexcast::server
