// Cuts one captured stream into frames and accounts for every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::server {

// Framing of a venue's stream.
struct VenueFraming {
  feed::FrameScan (*scan)(feed::Bytes) = nullptr;
  bool (*intact)(feed::Bytes) = nullptr;  // returns whether a frame's checksum is correct
  std::size_t max_frame = 0;              // bytes; longer frames are skipped
};

// Position of the first byte of a piece of a stream.
struct StreamPlace {
  std::uint64_t packet = 0;  // number in its capture, from 1
  std::uint64_t offset = 0;  // in the stream
  std::size_t capture = 0;   // position in the list of captures
};

// Reasons to skip bytes that are not malformed.
enum class StreamSkipReason : std::uint8_t { out_of_step, too_long };

constexpr std::string_view name_of(StreamSkipReason reason) {
  return reason == StreamSkipReason::out_of_step ? "out_of_step" : "too_long";
}

// Receives the pieces of a stream in order.
class FrameListener {
 public:
  virtual ~FrameListener() = default;
  // Receives a whole frame with a correct checksum.
  virtual void on_frame(feed::Bytes frame, StreamPlace place) = 0;
  // Receives the length of a frame or a run of bytes that does not decode.
  virtual void on_malformed(std::size_t bytes, feed::DecodeError reason, StreamPlace place) = 0;
  // Receives the length of skipped bytes: those before the first frame after a gap or after a
  // capture that begins inside the stream, and frames that are too long.
  virtual void on_skipped(std::size_t bytes, StreamSkipReason reason, StreamPlace place) = 0;
};

// In step, expects each frame at the end of the previous one; a wrong checksum loses that frame
// only. Out of step, tries every position until a whole frame with a correct checksum begins there.
// After finish(), the listener's calls have covered every byte of the stream once and in order.
// Keeps at most max_frame bytes and one chunk. One thread.
class FrameCutter {
 public:
  FrameCutter(const VenueFraming& framing, FrameListener& listener)
      : framing_(framing), listener_(listener) {}

  // Adds the next bytes. `after_gap`: the bytes before them are not captured.
  void add(feed::Bytes bytes, StreamPlace place, bool after_gap);
  // Ends the stream. Pending bytes are reported as an incomplete frame.
  void finish();
  // Returns the number of bytes of an incomplete frame.
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
  std::size_t passing_over_ = 0;  // bytes left of a frame that is too long
  bool in_step_ = true;
  bool blameless_ = false;  // out of step because of a gap
  std::size_t skipped_ = 0;
  feed::DecodeError skip_reason_ = feed::DecodeError::none;
  StreamPlace skip_place_;
};

}  // namespace indexcast::server
