// What a channel remembers of its last sequence reset, which comes once on each of two lines.
#pragma once

#include <array>
#include <cstdint>

#include "calc/time.h"
#include "feedhandlers/sequencing/line_packet.h"

namespace indexcast::feed {

// Tells a reset from its copies, and a packet of the old numbering from one of the new. One thread.
class ResetTracker {
 public:
  // Whether the reset is the other line's copy of this one, or an older one that comes late: then
  // it must not count. A copy is remembered as its line's.
  bool knows(Line line, TimeNs sent, TimeNs now) {
    if (!seen_) return false;
    const std::int64_t later = sent - sent_;
    bool& brought = brought_by_[index_of(line)];
    if (later == 0 || (!brought && later >= -kCopySkewNs && later <= kCopySkewNs)) {
      brought = true;
      return true;
    }
    return later < 0 && is_recent(now);
  }

  // A reset that knows() does not know. `expected` was the next number until it came.
  void take(Line line, TimeNs sent, TimeNs now, std::uint64_t expected) {
    seen_ = true;
    sent_ = sent;
    at_ = now;
    expected_before_ = expected;
    brought_by_ = {};
    brought_by_[index_of(line)] = true;
  }

  // Whether the packet is of the numbering before the reset, where `expected` is the next number
  // after it. The slower line still delivers the old numbering, which looks like a jump ahead.
  // Stamps tell the two apart; at an equal stamp (they may count milliseconds) the nearer numbering
  // does. Never so of a recovered packet, because its request was made after the reset.
  bool outdates(const LinePacket& packet, std::uint64_t expected, TimeNs now) const {
    if (packet.recovered || !is_recent(now) || packet.sent > sent_) return false;
    if (packet.sent < sent_) return true;
    return !brought_by_[index_of(packet.line)] &&
           distance(packet.sequence, expected_before_) < distance(packet.sequence, expected);
  }

 private:
  bool is_recent(TimeNs now) const { return seen_ && now - at_ <= kLineLagNs; }

  static std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

  bool seen_ = false;
  TimeNs sent_{};  // its stamp, the first copy's
  TimeNs at_{};    // when that copy was received
  std::uint64_t expected_before_ = 0;
  std::array<bool, 2> brought_by_{};
};

}  // namespace indexcast::feed
