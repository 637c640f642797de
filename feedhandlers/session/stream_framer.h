// Cuts a TCP stream, however it was split, into the frames of one protocol.
#pragma once

#include <algorithm>
#include <cstddef>

#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"
#include "feedhandlers/transport/stream_buffer.h"

namespace indexcast::feed {

// `Protocol` provides:
//   kMaxFrame        the longest frame that is handed out; longer ones are passed over unseen
//   kMaxResyncFrame  the longest frame that is believed while out of step
//   scan(Bytes)      FrameScan of the first frame; incomplete carries the length once it is known
//   intact(Bytes)    whether the checksum of a whole frame holds
//
// In step, frames follow each other and a wrong checksum costs that frame only (its header said
// where the next begins). Out of step, after bytes that cannot be a header, every position is tried
// until a frame with a good checksum begins there. What is skipped on the way is one malformed
// message however long it is.
//
// One thread; allocates at construction only.
template <class Protocol>
class StreamFramer {
 public:
  StreamFramer() : pending_(2 * Protocol::kMaxFrame) {}

  // Forgets everything; the next byte begins a frame. True when a frame was cut short.
  bool restart() {
    const bool reported = !in_step_ && skip_reported_;
    const bool cut = !reported && (!pending_.empty() || passing_over_ != 0);
    pending_.clear();
    passing_over_ = 0;
    in_step_ = true;
    skip_reported_ = false;
    return cut;
  }

  // Forgets everything; the next byte may be anywhere in a frame. True when a frame was cut short.
  bool lose_step() {
    const bool reported = !in_step_ && skip_reported_;
    const bool cut = restart();
    in_step_ = false;
    skip_reported_ = reported || cut;
    return cut;
  }

  // Calls `sink.frame(Bytes)` for every frame; after false from it the rest is dropped. Calls
  // `sink.skipped(DecodeError)` once for each run of bytes that belongs to no frame, and
  // `sink.passed_over()` for each frame longer than kMaxFrame. Returns false when the sink did.
  template <class Sink>
  bool feed(Bytes bytes, Sink& sink) {
    while (!bytes.empty()) {
      bytes = bytes.subspan(pass_over(bytes.size()));
      if (pending_.empty()) {
        std::size_t used = 0;
        if (!cut(bytes, used, sink)) return false;
        bytes = bytes.subspan(used);
        if (passing_over_ == 0) bytes = bytes.subspan(pending_.append(bytes));
      } else {
        bytes = bytes.subspan(pending_.append(bytes));
        std::size_t used = 0;
        if (!cut(pending_.view(), used, sink)) {
          pending_.clear();
          return false;
        }
        pending_.consume(used);
      }
    }
    return true;
  }

 private:
  // Takes up to `available` bytes of a frame that nobody wants to see.
  std::size_t pass_over(std::size_t available) {
    const std::size_t taken = std::min(available, passing_over_);
    passing_over_ -= taken;
    return taken;
  }

  // Hands out the frames at the front of `bytes`; `used` counts what is done with. What remains is
  // the beginning of a frame of at most kMaxFrame bytes.
  template <class Sink>
  bool cut(Bytes bytes, std::size_t& used, Sink& sink) {
    while (used < bytes.size()) {
      const Bytes rest = bytes.subspan(used);
      const FrameScan scan = Protocol::scan(rest);
      if (scan.status == FrameScan::Status::malformed) {
        skip(scan.error, sink);
        used += scan.length;
      } else if (!in_step_ && !believable(scan, rest)) {
        skip(DecodeError::bad_length, sink);
        used += 1;
      } else if (scan.length > Protocol::kMaxFrame) {
        sink.passed_over();
        used += start_passing_over(scan.length, rest.size());
      } else if (scan.status == FrameScan::Status::incomplete) {
        return true;
      } else {
        in_step_ = true;
        skip_reported_ = false;
        used += scan.length;
        if (!sink.frame(rest.first(scan.length))) return false;
      }
    }
    return true;
  }

  std::size_t start_passing_over(std::size_t length, std::size_t available) {
    const std::size_t here = std::min(length, available);
    passing_over_ = length - here;
    return here;
  }

  template <class Sink>
  void skip(DecodeError error, Sink& sink) {
    in_step_ = false;
    if (!skip_reported_) sink.skipped(error);
    skip_reported_ = true;
  }

  static bool believable(const FrameScan& scan, Bytes rest) {
    if (scan.length > Protocol::kMaxResyncFrame) return false;
    return scan.status == FrameScan::Status::incomplete ||
           Protocol::intact(rest.first(scan.length));
  }

  StreamBuffer pending_;
  std::size_t passing_over_ = 0;
  bool in_step_ = true;
  bool skip_reported_ = false;
};

}  // namespace indexcast::feed
