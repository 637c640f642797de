// Two lines that carry the same numbered messages become one: in order, each message once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/common/bytes.h"
#include "feedhandlers/common/datagram_handler.h"
#include "feedhandlers/common/feed_counters.h"

namespace indexcast::feed {

// A datagram as the arbiter needs it.
struct LinePacket {
  std::uint32_t sequence = 0;  // of the first message
  std::uint32_t count = 0;     // messages; 0 only says which number comes next
  Line line = Line::a;
  TimeNs sent{};  // the sender's stamp
  Bytes bytes;    // valid during the call that hands it over
  std::uint64_t end() const { return std::uint64_t{sequence} + count; }
};

struct ArbiterSettings {
  std::size_t capacity = 256;  // packets held while one is missing, at least 1
  std::int64_t wait_ns = 20'000'000;
};

// The sequence of one channel. One thread; `now` is the receive clock. No allocation after
// construction. What arrives in order is handed on at once. What arrives early is held until the
// hole before it is filled by the other line, until `wait_ns` passed since the hole was first seen,
// or until `capacity` is reached; then the missing numbers are lost and the newer packets follow.
// The first packets of a channel are held for `wait_ns` too, so that the same number opens it
// whichever line is quicker; number 1 opens it at once.
//
// Counts duplicate, rejected, sequence_received, sequence_lost and gaps. A message that comes after
// its number was given up counts as duplicate, because its place in the order is past.
class LineArbiter {
 public:
  static constexpr std::size_t kPacketBytesMax = 1500;
  // The exchange itself keeps 50,000 messages a channel for retransmission: a jump beyond that,
  // either way, is a fault or a restart. Backwards it is never followed; forwards when a second
  // packet continues it.
  static constexpr std::uint64_t kSuspiciousJump = 50'000;
  // How long after a sequence reset the other line may still deliver packets from before it.
  static constexpr std::int64_t kResetStraggleNs = 5 * kNsPerSecond;
  // Copies of one reset carry stamps no further apart than this.
  static constexpr std::int64_t kSameResetNs = kNsPerSecond;

  LineArbiter(ArbiterSettings settings, FeedCounters& counters)
      : settings_{std::max<std::size_t>(settings.capacity, 1), settings.wait_ns},
        counters_(counters),
        slots_(settings_.capacity),
        order_(settings_.capacity),
        storage_(settings_.capacity * kPacketBytesMax) {
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
  }

  // Takes a packet of at most kPacketBytesMax bytes. Calls deliver(const LinePacket&, skip) for
  // whatever is next in order: the first `skip` messages of that packet were seen before.
  template <class Deliver>
  void on_packet(const LinePacket& packet, TimeNs now, Deliver&& deliver) {
    place(packet, now, deliver);
    expire(now, deliver);
  }

  // Time passed: gives up what waited too long.
  template <class Deliver>
  void on_time(TimeNs now, Deliver&& deliver) {
    expire(now, deliver);
  }

  // A sequence reset arrived. True when it is a new one: what was held is handed on first, then
  // `next` is expected. False for the other line's copy and for a late older one.
  template <class Deliver>
  bool on_reset(Line line, TimeNs sent, std::uint32_t next, TimeNs now, Deliver&& deliver) {
    if (is_known_reset(line, sent, now)) return false;
    while (held_ > 0) give_up(deliver);
    before_reset_ = expected_;
    started_ = true;
    expected_ = next;
    far_end_ = kNowhere;
    reset_seen_ = true;
    reset_sent_ = sent;
    reset_at_ = now;
    line_reset_ = {};
    line_reset_[static_cast<std::size_t>(line)] = true;
    return true;
  }

  // The number that comes next; 0 before the channel opened.
  std::uint64_t expected() const { return expected_; }
  std::size_t held() const { return held_; }
  std::uint64_t gaps() const { return gaps_; }
  std::uint64_t suspicious() const { return suspicious_; }

 private:
  struct Slot {
    LinePacket packet;
    TimeNs since{};
  };

  static constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();

  const Slot& front() const { return slots_[order_[0]]; }

  template <class Deliver>
  void place(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    if (is_from_before_reset(packet, now)) return count(FeedCounter::duplicate, packet.count);
    if (!started_ && packet.sequence == 1) open(1);
    if (started_) {
      if (packet.end() <= expected_) return count_past(packet);
      if (packet.sequence <= expected_) return advance(packet, deliver);
      if (packet.sequence - expected_ > kSuspiciousJump) return take_far(packet, deliver);
    }
    hold(packet, now, deliver);
  }

  void open(std::uint64_t sequence) {
    started_ = true;
    expected_ = sequence;
  }

  void count(FeedCounter counter, std::uint64_t n) { counters_.add(counter, n); }

  void count_past(const LinePacket& packet) {
    const bool suspicious = expected_ - packet.end() > kSuspiciousJump;
    suspicious_ += suspicious ? 1 : 0;
    count(suspicious ? FeedCounter::rejected : FeedCounter::duplicate, packet.count);
  }

  // One packet from nowhere must not move the channel: only its continuation does.
  template <class Deliver>
  void take_far(const LinePacket& packet, Deliver& deliver) {
    if (packet.count == 0 || packet.sequence != far_end_) {
      ++suspicious_;
      if (packet.count > 0) far_end_ = packet.end();
      return count(FeedCounter::rejected, packet.count);
    }
    while (held_ > 0) give_up(deliver);
    // What was held may have reached up to this packet, or past it.
    if (packet.end() <= expected_) return count_past(packet);
    if (packet.sequence > expected_) lose_up_to(packet.sequence);
    advance(packet, deliver);
  }

  template <class Deliver>
  void advance(const LinePacket& packet, Deliver& deliver) {
    pass(packet, deliver);
    drain(deliver);
  }

  // packet.sequence <= expected_ < packet.end().
  template <class Deliver>
  void pass(const LinePacket& packet, Deliver& deliver) {
    const auto skip = static_cast<std::uint32_t>(expected_ - packet.sequence);
    count(FeedCounter::duplicate, skip);
    count(FeedCounter::sequence_received, packet.count - skip);
    expected_ = packet.end();
    deliver(packet, skip);
  }

  template <class Deliver>
  void drain(Deliver& deliver) {
    while (held_ > 0 && front().packet.sequence <= expected_) {
      const LinePacket& packet = front().packet;
      if (packet.end() > expected_) {
        pass(packet, deliver);
      } else {
        count(FeedCounter::duplicate, packet.count);
      }
      release_front();
    }
  }

  void lose_up_to(std::uint64_t sequence) {
    count(FeedCounter::sequence_lost, sequence - expected_);
    count(FeedCounter::gaps, 1);
    ++gaps_;
    expected_ = sequence;
  }

  // Opens the channel at the first held packet, or loses what is missing before it.
  template <class Deliver>
  void give_up(Deliver& deliver) {
    const std::uint64_t next = front().packet.sequence;
    if (!started_) {
      open(next);
    } else {
      lose_up_to(next);
    }
    drain(deliver);
  }

  template <class Deliver>
  void expire(TimeNs now, Deliver& deliver) {
    while (held_ > 0 && now - oldest_since() >= settings_.wait_ns) give_up(deliver);
  }

  // The hole was first seen when the longest held packet came, wherever that stands in the order.
  TimeNs oldest_since() const {
    TimeNs oldest = front().since;
    for (std::size_t i = 1; i < held_; ++i) oldest = std::min(oldest, slots_[order_[i]].since);
    return oldest;
  }

  template <class Deliver>
  void hold(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    if (is_held(packet)) return count(FeedCounter::duplicate, packet.count);
    if (held_ == settings_.capacity) {
      give_up(deliver);
      return place(packet, now, deliver);
    }
    insert(packet, now);
  }

  // The held slots are order_[0 .. held_), sorted by sequence; the free ones follow.
  std::size_t position_of(std::uint32_t sequence) const {
    const auto held_end = order_.begin() + static_cast<std::ptrdiff_t>(held_);
    const auto at = std::lower_bound(order_.begin(), held_end, sequence,
                                     [this](std::uint32_t slot, std::uint32_t value) {
                                       return slots_[slot].packet.sequence < value;
                                     });
    return static_cast<std::size_t>(at - order_.begin());
  }

  bool is_held(const LinePacket& packet) const {
    for (std::size_t i = position_of(packet.sequence); i < held_; ++i) {
      const LinePacket& other = slots_[order_[i]].packet;
      if (other.sequence != packet.sequence) return false;
      if (other.end() >= packet.end()) return true;
    }
    return false;
  }

  void insert(const LinePacket& packet, TimeNs now) {
    const auto at = order_.begin() + static_cast<std::ptrdiff_t>(position_of(packet.sequence));
    const auto free = order_.begin() + static_cast<std::ptrdiff_t>(held_);
    std::rotate(at, free, free + 1);
    const std::uint32_t slot = *at;
    std::byte* bytes = storage_.data() + slot * kPacketBytesMax;
    const std::size_t size = std::min(packet.bytes.size(), kPacketBytesMax);
    if (size > 0) std::memcpy(bytes, packet.bytes.data(), size);
    slots_[slot] = {packet, now};
    slots_[slot].packet.bytes = {bytes, size};
    ++held_;
  }

  void release_front() {
    const auto begin = order_.begin();
    std::rotate(begin, begin + 1, begin + static_cast<std::ptrdiff_t>(held_));
    --held_;
  }

  bool is_shortly_after_reset(TimeNs now) const {
    return reset_seen_ && now - reset_at_ <= kResetStraggleNs;
  }

  bool is_known_reset(Line line, TimeNs sent, TimeNs now) {
    if (!reset_seen_) return false;
    const std::int64_t later = sent - reset_sent_;
    bool& line_reset = line_reset_[static_cast<std::size_t>(line)];
    if (later == 0 || (!line_reset && later >= -kSameResetNs && later <= kSameResetNs)) {
      line_reset = true;
      return true;
    }
    return later < 0 && is_shortly_after_reset(now);
  }

  // The slower line still delivers the old numbering, which looks like a jump ahead. Stamps tell
  // the two apart; at an equal stamp (they may count milliseconds) the nearer numbering does.
  bool is_from_before_reset(const LinePacket& packet, TimeNs now) const {
    if (!is_shortly_after_reset(now) || packet.sent > reset_sent_) return false;
    if (packet.sent < reset_sent_) return true;
    return !line_reset_[static_cast<std::size_t>(packet.line)] &&
           distance(packet.sequence, before_reset_) < distance(packet.sequence, expected_);
  }

  static std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

  const ArbiterSettings settings_;
  FeedCounters& counters_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> order_;
  std::vector<std::byte> storage_;
  std::size_t held_ = 0;

  bool started_ = false;
  std::uint64_t expected_ = 0;
  std::uint64_t far_end_ = kNowhere;  // end of the last packet that came from too far ahead
  std::uint64_t gaps_ = 0;
  std::uint64_t suspicious_ = 0;

  bool reset_seen_ = false;
  TimeNs reset_sent_{};
  TimeNs reset_at_{};
  std::uint64_t before_reset_ = 0;  // the number expected when the reset came
  std::array<bool, 2> line_reset_{};
};

}  // namespace indexcast::feed
