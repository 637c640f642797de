#include "server/tools/decode/frame_cutter.h"

#include <algorithm>

namespace indexcast::server {

using feed::Bytes;
using feed::DecodeError;
using feed::FrameScan;

void FrameCutter::add(Bytes bytes, StreamPlace place, bool after_gap) {
  if (after_gap) {
    finish();
    leave_step(true);
  }
  segments_.push_back({pending_.size(), place});
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  pass_over_pending();
  cut();
  consume();
}

void FrameCutter::finish() {
  // Out of step, what waited for the rest of a frame may never have been one: look behind it.
  while (!in_step_ && used_ < pending_.size()) {
    skip(1, DecodeError::truncated);
    cut();
  }
  report_skipped();
  if (used_ < pending_.size()) {
    listener_.on_malformed(pending_.size() - used_, DecodeError::truncated, place_of(used_));
  }
  pending_.clear();
  segments_.clear();
  used_ = 0;
  passing_over_ = 0;
  in_step_ = true;
}

void FrameCutter::leave_step(bool blameless) {
  in_step_ = false;
  blameless_ = blameless;
}

void FrameCutter::cut() {
  while (used_ < pending_.size()) {
    const Bytes rest = Bytes(pending_).subspan(used_);
    const FrameScan scan = framing_.scan(rest);
    if (scan.status == FrameScan::Status::malformed) {
      if (in_step_) leave_step(false);
      skip(std::min(std::max<std::size_t>(scan.length, 1), rest.size()), scan.error);
    } else if (!take_frame(rest, scan)) {
      return;
    }
  }
}

// The first bytes of `rest` look like a frame. False: it needs bytes that are not here yet.
bool FrameCutter::take_frame(Bytes rest, const FrameScan& scan) {
  const bool whole = scan.status == FrameScan::Status::complete;
  const bool too_long = scan.length > framing_.max_frame;
  const bool intact = whole && !too_long && framing_.intact(rest.first(scan.length));
  if (!in_step_ && (too_long || (whole && !intact))) {
    skip(1, DecodeError::bad_length);
    return true;
  }
  if (too_long) {
    listener_.on_skipped(std::min(scan.length, rest.size()), StreamSkipReason::too_long,
                         place_of(used_));
    passing_over_ = scan.length - std::min(scan.length, rest.size());
    used_ += std::min(scan.length, rest.size());
    return true;
  }
  if (!whole) return false;
  report_skipped();
  in_step_ = true;
  const StreamPlace place = place_of(used_);
  used_ += scan.length;
  if (intact) {
    listener_.on_frame(rest.first(scan.length), place);
  } else {
    listener_.on_malformed(scan.length, DecodeError::bad_checksum, place);
  }
  return true;
}

void FrameCutter::pass_over_pending() {
  const std::size_t taken = std::min(passing_over_, pending_.size());
  if (taken == 0) return;
  listener_.on_skipped(taken, StreamSkipReason::too_long, place_of(0));
  passing_over_ -= taken;
  used_ = taken;
}

void FrameCutter::skip(std::size_t bytes, DecodeError reason) {
  if (bytes == 0) return;
  if (skipped_ == 0) {
    skip_place_ = place_of(used_);
    skip_reason_ = reason;
  }
  skipped_ += bytes;
  used_ += bytes;
}

// One report for a run of skipped bytes, however long.
void FrameCutter::report_skipped() {
  if (skipped_ == 0) return;
  if (blameless_) {
    listener_.on_skipped(skipped_, StreamSkipReason::out_of_step, skip_place_);
  } else {
    listener_.on_malformed(skipped_, skip_reason_, skip_place_);
  }
  skipped_ = 0;
}

StreamPlace FrameCutter::place_of(std::size_t at) const {
  auto segment = std::upper_bound(
      segments_.begin(), segments_.end(), at,
      [](std::size_t position, const Segment& candidate) { return position < candidate.at; });
  --segment;
  return {segment->place.packet, segment->place.offset + (at - segment->at),
          segment->place.capture};
}

// Drops what is done with from the front.
void FrameCutter::consume() {
  if (used_ == 0) return;
  if (used_ == pending_.size()) {
    segments_.clear();
  } else {
    const StreamPlace place = place_of(used_);
    const auto later = std::find_if(segments_.begin(), segments_.end(),
                                    [this](const Segment& segment) { return segment.at > used_; });
    segments_.erase(segments_.begin(), later);
    for (Segment& segment : segments_) segment.at -= used_;
    segments_.insert(segments_.begin(), {0, place});
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ = 0;
}

}  // namespace indexcast::server
