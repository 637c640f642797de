// Two lines that carry the same numbered messages become one: in order, each message once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "calc/time.h"
#include "feedhandlers/common/bytes.h"
#include "feedhandlers/common/datagram_handler.h"
#include "feedhandlers/common/feed_counters.h"
#include "feedhandlers/common/hold_buffer.h"

namespace indexcast::feed {

struct ArbiterSettings {
  std::size_t capacity = 256;  // packets held while one is missing, at least 1
  std::int64_t wait_ns = 20'000'000;
  // Packets held while somebody recovers what is missing; 0: nobody does, and what did not come in
  // time is lost.
  std::size_t recovery_capacity = 0;
  // A snapshot can take the place of what is missing, and of what came before the first packet.
  bool refreshes = false;
  // Packets of each line, one after the other, that must show newer stamps under older numbers
  // before they are believed to come from a restarted publisher; 0: never.
  std::uint32_t restart_confirmation = 3;
};

// A range of numbers, `end` excluded.
struct NumberRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  friend bool operator==(const NumberRange&, const NumberRange&) = default;
};

// The sequence of one channel. One thread; `now` is the receive clock. No allocation after
// construction. What arrives in order is handed on at once. What arrives early is held until the
// hole before it is filled by the other line, until `wait_ns` passed since the hole was first seen,
// or until `capacity` is reached. Then, without recovery, the missing numbers are lost and the
// newer packets follow; with recovery overdue() says so, and the owner fills the hole by
// retransmitted packets, skips it with continue_after() or gives it up with abandon(). The first
// packets of a channel are held for `wait_ns` too, so that the same number opens it whichever line
// is quicker; number 1 opens it at once.
//
// Counts duplicate, rejected, sequence_received, sequence_recovered, sequence_lost, gaps, restarts
// and recovery_dropped. A message that comes after its number was given up counts as duplicate,
// because its place in the order is past.
class LineArbiter {
 public:
  static constexpr std::size_t kPacketBytesMax = HoldBuffer::kPacketBytesMax;
  // The exchange itself keeps 50,000 messages a channel for retransmission: a jump beyond that,
  // either way, is a fault or a restart. Forwards it is followed when a second packet continues it.
  static constexpr std::uint64_t kSuspiciousJump = 50'000;
  // How long after a sequence reset the other line may still deliver packets from before it. A line
  // that said nothing for so long has no say in whether the publisher restarted.
  static constexpr std::int64_t kResetStraggleNs = 5 * kNsPerSecond;
  // Copies of one reset carry stamps no further apart than this, and a packet whose stamp is newer
  // by more than this is no late copy.
  static constexpr std::int64_t kSameResetNs = kNsPerSecond;

  LineArbiter(ArbiterSettings settings, FeedCounters& counters)
      : settings_(complete(settings)),
        counters_(counters),
        held_(std::max(settings_.capacity, settings_.recovery_capacity)) {}

  // Takes a packet of at most kPacketBytesMax bytes. Calls deliver(const LinePacket&, skip) for
  // whatever is next in order: the first `skip` messages of that packet were seen before.
  template <class Deliver>
  void on_packet(const LinePacket& packet, TimeNs now, Deliver&& deliver) {
    if (!packet.recovered) line_heard_[index_of(packet.line)] = now;
    place(packet, now, deliver);
    expire(now, deliver);
  }

  // Time passed: gives up what waited too long, unless somebody recovers it.
  template <class Deliver>
  void on_time(TimeNs now, Deliver&& deliver) {
    expire(now, deliver);
  }

  // A sequence reset arrived. True when it is a new one: what was held is handed on first, then
  // `next` is expected. False for the other line's copy and for a late older one.
  template <class Deliver>
  bool on_reset(Line line, TimeNs sent, std::uint32_t next, TimeNs now, Deliver&& deliver) {
    line_heard_[index_of(line)] = now;
    if (is_known_reset(line, sent, now)) return false;
    while (!held_.empty()) abandon(deliver);
    before_reset_ = expected_;
    open(next);
    holding_ = false;
    far_end_ = kNowhere;
    passed_sent_ = sent;
    backward_ = {};
    reset_seen_ = true;
    reset_sent_ = sent;
    reset_at_ = now;
    line_reset_ = {};
    line_reset_[index_of(line)] = true;
    return true;
  }

  // With recovery: the short wait is over, or `capacity` reached, and the hole is still there.
  bool overdue(TimeNs now) const {
    return settings_.recovery_capacity > 0 && !held_.empty() &&
           (now - held_.oldest_since() >= settings_.wait_ns || held_.size() >= settings_.capacity);
  }

  // From the first missing number to the end of the last hole before a held packet: one request for
  // all of them, since requests are rationed and duplicates are not. Started, and packets are held.
  NumberRange missing() const {
    NumberRange range{expected_, held_.front().sequence};
    std::uint64_t reach = expected_;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (held_.at(i).sequence > reach) range.end = held_.at(i).sequence;
      reach = std::max(reach, held_.at(i).end());
    }
    return range;
  }

  // From now on everything is held, what is in order too, until continue_after() or abandon().
  void hold_back() { holding_ = true; }

  // Whether a snapshot that is current to number `last` leaves nothing missing: what is held
  // reaches back to the number after it, and numbering and snapshot are of one kind.
  bool can_continue_after(std::uint64_t last) const {
    const std::uint64_t next = last + 1;
    if (started_ && next < expected_) return false;
    const bool anything_seen = started_ || !held_.empty();
    if (anything_seen && next > highest() + kSuspiciousJump) return false;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (held_.at(i).end() > next) return held_.at(i).sequence <= next;
    }
    return true;
  }

  // A snapshot, sent at `sent`, stands for every number up to `last`: of those, what is held counts
  // as received and its messages as duplicate, the rest as lost. Hands on what follows.
  // can_continue_after(last).
  template <class Deliver>
  void continue_after(std::uint64_t last, TimeNs sent, Deliver&& deliver) {
    const std::uint64_t next = last + 1;
    passed_sent_ = std::max(passed_sent_, sent);
    if (!started_) open(held_.empty() ? next : std::min<std::uint64_t>(next, first_held()));
    while (!held_.empty() && held_.front().sequence < next) {
      pass_over(held_.front(), next);
      if (held_.front().end() > next) break;
      held_.pop_front();
    }
    count(FeedCounter::sequence_lost, next - expected_);
    expected_ = next;
    holding_ = false;
    drop_far();
    drain(deliver);
  }

  // Opens the channel at the first held packet, or loses what is missing before it. Packets are
  // held.
  template <class Deliver>
  void abandon(Deliver&& deliver) {
    const std::uint64_t next = first_held();
    holding_ = false;
    if (!started_) {
      open(next);
    } else if (next > expected_) {
      lose_up_to(next);
    }
    drain(deliver);
  }

  bool started() const { return started_; }
  // Everything is held until a snapshot comes: after hold_back(), a far jump, a restart, or because
  // packets had to make room.
  bool holding() const { return holding_; }
  // The number that comes next; 0 before the channel opened.
  std::uint64_t expected() const { return expected_; }
  // The number after the highest one seen.
  std::uint64_t highest() const {
    return held_.empty() ? expected_ : std::max(expected_, held_.back().end());
  }
  std::size_t held() const { return held_.size(); }
  std::uint64_t gaps() const { return gaps_; }
  std::uint64_t suspicious() const { return suspicious_; }
  // Publisher restarts that were followed.
  std::uint64_t restarts() const { return restarts_; }

 private:
  static constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();

  // Old numbers under new stamps, one packet after the other: from `first` to `next`.
  struct Backward {
    std::uint64_t first = kNowhere;
    std::uint64_t next = kNowhere;
    std::uint32_t packets = 0;
  };

  static ArbiterSettings complete(ArbiterSettings settings) {
    settings.capacity = std::max<std::size_t>(settings.capacity, 1);
    settings.refreshes = settings.refreshes && settings.recovery_capacity > 0;
    return settings;
  }

  static std::size_t index_of(Line line) { return static_cast<std::size_t>(line); }

  template <class Deliver>
  void place(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    if (is_from_before_reset(packet, now)) return count(FeedCounter::duplicate, packet.count);
    if (!started_ && !holding_ && packet.sequence == 1) open(1);
    if (started_) {
      if (packet.end() <= expected_) return take_past(packet, now, deliver);
      if (!holding_ && packet.sequence <= expected_) return advance(packet, deliver);
      if (!holding_ && packet.sequence - expected_ > kSuspiciousJump) {
        return take_far(packet, now, deliver);
      }
    }
    hold(packet, now, deliver);
  }

  void open(std::uint64_t sequence) {
    started_ = true;
    expected_ = sequence;
  }

  void count(FeedCounter counter, std::uint64_t n) { counters_.add(counter, n); }

  std::uint64_t first_held() const { return held_.front().sequence; }

  // All numbers of the packet are past: a copy, or a publisher that began anew.
  template <class Deliver>
  void take_past(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    const bool newer = follow_backward(packet);
    const bool backward = is_backward(packet);
    if (backward) ++suspicious_;
    if (!newer || !is_restart(now)) {
      return count(backward ? FeedCounter::rejected : FeedCounter::duplicate, packet.count);
    }
    restart_at(packet, now, deliver);
  }

  // Whether the packet may be of a new numbering. A line whose clock is ahead looks like that too
  // as long as it lags; but then the other one goes on, and is_restart() asks for both.
  bool follow_backward(const LinePacket& packet) {
    const bool newer = is_far_back(packet) || packet.sent > passed_sent_;
    if (packet.recovered || packet.count == 0 || !newer) return false;
    Backward& backward = backward_[index_of(packet.line)];
    if (packet.sequence != backward.next) backward = {packet.sequence, kNowhere, 0};
    backward.next = packet.end();
    ++backward.packets;
    return true;
  }

  // Certainly no late copy.
  bool is_backward(const LinePacket& packet) const {
    if (packet.recovered || packet.count == 0) return false;
    return is_far_back(packet) || packet.sent - passed_sent_ > kSameResetNs;
  }

  bool is_far_back(const LinePacket& packet) const {
    return expected_ - packet.end() > kSuspiciousJump;
  }

  // Both lines agree, as far as they speak.
  bool is_restart(TimeNs now) const {
    if (settings_.restart_confirmation == 0) return false;
    for (std::size_t line = 0; line < backward_.size(); ++line) {
      const bool speaks = now - line_heard_[line] <= kResetStraggleNs;
      if (speaks && backward_[line].packets < settings_.restart_confirmation) return false;
    }
    return true;
  }

  template <class Deliver>
  void restart_at(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    while (!held_.empty()) abandon(deliver);
    count(FeedCounter::restarts, 1);
    ++restarts_;
    count(FeedCounter::gaps, 1);
    ++gaps_;
    // Of the new numbering, what came before it was believed.
    const std::uint64_t first = std::min(backward_[0].first, backward_[1].first);
    if (first < packet.sequence) count(FeedCounter::sequence_lost, packet.sequence - first);
    backward_ = {};
    far_end_ = kNowhere;
    passed_sent_ = packet.sent;
    holding_ = settings_.refreshes;
    if (!holding_) {
      open(packet.sequence);
      return advance(packet, deliver);
    }
    started_ = false;
    expected_ = 0;
    hold(packet, now, deliver);
  }

  // One packet from nowhere must not move the channel: only its continuation does.
  template <class Deliver>
  void take_far(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    if (packet.count == 0 || packet.sequence != far_end_) {
      ++suspicious_;
      if (packet.count > 0) far_end_ = packet.end();
      return count(FeedCounter::rejected, packet.count);
    }
    if (settings_.refreshes) {
      holding_ = true;
      return hold(packet, now, deliver);
    }
    while (!held_.empty()) abandon(deliver);
    // What was held may have reached up to this packet, or past it.
    if (packet.end() <= expected_) return count(FeedCounter::duplicate, packet.count);
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
    count(packet.recovered ? FeedCounter::sequence_recovered : FeedCounter::sequence_received,
          packet.count - skip);
    expected_ = packet.end();
    if (!packet.recovered) {
      passed_sent_ = packet.sent;
      backward_[index_of(packet.line)] = {};
    }
    deliver(packet, skip);
  }

  template <class Deliver>
  void drain(Deliver& deliver) {
    while (!held_.empty() && held_.front().sequence <= expected_) {
      const LinePacket& packet = held_.front();
      if (packet.end() > expected_) {
        pass(packet, deliver);
      } else {
        count(FeedCounter::duplicate, packet.count);
      }
      held_.pop_front();
    }
  }

  // What a snapshot made superfluous, up to the number `next`.
  void pass_over(const LinePacket& packet, std::uint64_t next) {
    const std::uint64_t begin = std::max<std::uint64_t>(expected_, packet.sequence);
    const std::uint64_t end = std::min(packet.end(), next);
    if (packet.end() <= next) count(FeedCounter::duplicate, packet.count);
    if (end <= begin) return;
    count(FeedCounter::sequence_lost, begin - expected_);
    count(packet.recovered ? FeedCounter::sequence_recovered : FeedCounter::sequence_received,
          end - begin);
    expected_ = end;
  }

  void lose_up_to(std::uint64_t sequence) {
    count(FeedCounter::sequence_lost, sequence - expected_);
    count(FeedCounter::gaps, 1);
    ++gaps_;
    expected_ = sequence;
  }

  // Held numbers that cannot belong to the sequence that was found.
  void drop_far() {
    while (!held_.empty() && held_.back().sequence > expected_ + kSuspiciousJump) {
      ++suspicious_;
      count(FeedCounter::rejected, held_.back().count);
      held_.pop_back();
    }
  }

  template <class Deliver>
  void expire(TimeNs now, Deliver& deliver) {
    if (settings_.recovery_capacity > 0) return;
    while (!held_.empty() && now - held_.oldest_since() >= settings_.wait_ns) abandon(deliver);
  }

  template <class Deliver>
  void hold(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    if (held_.holds(packet)) return count(FeedCounter::duplicate, packet.count);
    if (held_.full()) {
      if (settings_.refreshes) {
        drop_front();
      } else {
        abandon(deliver);
      }
      return place(packet, now, deliver);
    }
    held_.insert(packet, now);
  }

  // The oldest numbers make room. A snapshot has to stand for them, so nothing may follow them
  // before it came.
  void drop_front() {
    const LinePacket& packet = held_.front();
    if (!started_) open(packet.sequence);
    if (packet.end() > expected_) {
      count(FeedCounter::sequence_lost, packet.end() - expected_);
      expected_ = packet.end();
    }
    count(FeedCounter::rejected, packet.count);
    count(FeedCounter::recovery_dropped, 1);
    holding_ = true;
    held_.pop_front();
  }

  bool is_shortly_after_reset(TimeNs now) const {
    return reset_seen_ && now - reset_at_ <= kResetStraggleNs;
  }

  bool is_known_reset(Line line, TimeNs sent, TimeNs now) {
    if (!reset_seen_) return false;
    const std::int64_t later = sent - reset_sent_;
    bool& line_reset = line_reset_[index_of(line)];
    if (later == 0 || (!line_reset && later >= -kSameResetNs && later <= kSameResetNs)) {
      line_reset = true;
      return true;
    }
    return later < 0 && is_shortly_after_reset(now);
  }

  // The slower line still delivers the old numbering, which looks like a jump ahead. Stamps tell
  // the two apart; at an equal stamp (they may count milliseconds) the nearer numbering does.
  bool is_from_before_reset(const LinePacket& packet, TimeNs now) const {
    if (packet.recovered) return false;  // its request was made after the reset
    if (!is_shortly_after_reset(now) || packet.sent > reset_sent_) return false;
    if (packet.sent < reset_sent_) return true;
    return !line_reset_[index_of(packet.line)] &&
           distance(packet.sequence, before_reset_) < distance(packet.sequence, expected_);
  }

  static std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

  const ArbiterSettings settings_;
  FeedCounters& counters_;
  HoldBuffer held_;

  bool started_ = false;
  bool holding_ = false;
  std::uint64_t expected_ = 0;
  std::uint64_t far_end_ = kNowhere;  // end of the last packet that came from too far ahead
  std::uint64_t gaps_ = 0;
  std::uint64_t suspicious_ = 0;
  std::uint64_t restarts_ = 0;

  TimeNs passed_sent_{};  // stamp of the last packet handed on from a line
  std::array<Backward, 2> backward_{};
  std::array<TimeNs, 2> line_heard_{};

  bool reset_seen_ = false;
  TimeNs reset_sent_{};
  TimeNs reset_at_{};
  std::uint64_t before_reset_ = 0;  // the number expected when the reset came
  std::array<bool, 2> line_reset_{};
};

}  // namespace indexcast::feed
