// Two lines that carry the same numbered messages become one: in order, each message once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "calc/time.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/sequencing/hold_buffer.h"
#include "feedhandlers/sequencing/line_packet.h"
#include "feedhandlers/sequencing/reset_tracker.h"
#include "feedhandlers/sequencing/restart_detector.h"

namespace indexcast::feed {

struct ArbiterSettings {
  std::size_t capacity = 256;  // packets held while one is missing, at least 1
  std::int64_t wait_ns = 20'000'000;
  // Packets held during a recovery; 0: there is no recovery, and packets that do not arrive in time
  // are lost.
  std::size_t recovery_capacity = 0;
  // A snapshot can replace missing packets, and those from before the first packet.
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
// A packet without messages proves that every number before its `sequence` was sent.
//
// The number after a sequence reset has two readings (OMD-C 2.2.1 and 3.4.2): it is that of the
// reset itself, or of the first message after it. It is taken if it comes, and neither waited for
// longer than `wait_ns` nor asked for, lost or counted if it does not.
//
// Counts duplicate, rejected, sequence_received, sequence_recovered, sequence_lost, gaps, restarts
// and recovery_dropped. A message that comes after its number was given up counts as duplicate,
// because its place in the order is past.
class LineArbiter {
 public:
  static constexpr std::size_t kPacketBytesMax = HoldBuffer::kPacketBytesMax;

  LineArbiter(ArbiterSettings settings, FeedCounters& counters)
      : settings_(complete(settings)),
        counters_(counters),
        held_(std::max(settings_.capacity, settings_.recovery_capacity)),
        restart_detector_(settings_.restart_confirmation) {}

  // Takes a packet of at most kPacketBytesMax bytes. Calls deliver(const LinePacket&, skip) for
  // whatever is next in order: the first `skip` messages of that packet were seen before.
  template <class Deliver>
  void on_packet(const LinePacket& packet, TimeNs now, Deliver&& deliver) {
    if (!packet.recovered) restart_detector_.note_packet(packet.line, now);
    place(packet, now, deliver);
    expire(now, deliver);
  }

  // Time passed: gives up overdue gaps, unless they are being recovered.
  template <class Deliver>
  void on_time(TimeNs now, Deliver&& deliver) {
    expire(now, deliver);
  }

  // A sequence reset arrived. True when it is a new one: what was held is handed on first, then
  // `next` is expected. False for the other line's copy and for a late older one.
  template <class Deliver>
  bool on_reset(Line line, TimeNs sent, std::uint32_t next, TimeNs now, Deliver&& deliver) {
    restart_detector_.note_packet(line, now);
    if (reset_tracker_.knows(line, sent, now)) return false;
    while (!held_.empty()) abandon(deliver);
    reset_tracker_.take(line, sent, now, expected_);
    begin_numbers(sent);
    open(next);
    holding_ = false;
    first_is_optional_ = true;
    return true;
  }

  // The sender restarts with numbers that are not known yet, at its timestamp `sent`. Discards held
  // packets, and holds all new ones until continue_after() or abandon(). Without refreshes the next
  // packets open the channel as the first ones do.
  void forget(TimeNs sent, TimeNs now) {
    for (; !held_.empty(); held_.pop_front()) count(FeedCounter::rejected, held_.front().count);
    forgotten_ = sent;
    forgotten_at_ = now;
    begin_numbers(sent);
    started_ = false;
    expected_ = 0;
    first_is_optional_ = false;
    holding_ = settings_.refreshes;
  }

  // With recovery: the short wait is over, or `capacity` reached, and the hole is still there.
  bool overdue(TimeNs now) const { return settings_.recovery_capacity > 0 && is_due(now); }

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
    const std::uint64_t reach = first_is_optional_ && next == expected_ ? next + 1 : next;
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (held_.at(i).end() > next) return held_.at(i).sequence <= reach;
    }
    return true;
  }

  // A snapshot, sent at `sent`, stands for every number up to `last`: of those, what is held counts
  // as received and its messages as duplicate, the rest as lost. Hands on what follows.
  // can_continue_after(last).
  template <class Deliver>
  void continue_after(std::uint64_t last, TimeNs sent, Deliver&& deliver) {
    const std::uint64_t next = last + 1;
    restart_detector_.pass_snapshot(sent);
    if (!started_) open(held_.empty() ? next : std::min<std::uint64_t>(next, first_held()));
    while (!held_.empty() && held_.front().sequence < next) {
      if (held_.front().sequence > expected_) pass_optional_first();
      pass_over(held_.front(), next);
      if (held_.front().end() > next) break;
      held_.pop_front();
    }
    if (next > expected_) pass_optional_first();
    count(FeedCounter::sequence_lost, next - expected_);
    expected_ = next;
    holding_ = false;
    drop_far();
    drain(deliver);
    if (!held_.empty()) leave_out_first(deliver);
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

  static ArbiterSettings complete(ArbiterSettings settings) {
    settings.capacity = std::max<std::size_t>(settings.capacity, 1);
    settings.refreshes = settings.refreshes && settings.recovery_capacity > 0;
    return settings;
  }

  template <class Deliver>
  void place(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    const bool forgotten =
        !packet.recovered && packet.sent < forgotten_ && now - forgotten_at_ <= kLineLagNs;
    if (forgotten || reset_tracker_.outdates(packet, expected_, now)) {
      return count(FeedCounter::duplicate, packet.count);
    }
    if (!started_ && !holding_ && packet.sequence == 1) {
      open(1);
      drain(deliver);  // a packet numbered 0, which no exchange sends, may be held
    }
    if (started_) {
      // Carries the same information as the reset.
      if (packet.count == 0 && first_is_optional_ && packet.sequence == expected_ + 1) return;
      if (packet.end() <= expected_) return take_past(packet, now, deliver);
      if (!holding_ && packet.sequence <= expected_) return advance(packet, deliver);
      if (!holding_ && packet.sequence - expected_ > kSuspiciousJump) {
        return take_far(packet, now, deliver);
      }
    }
    hold(packet, now, deliver);
  }

  void begin_numbers(TimeNs sent) {
    restart_detector_.begin_anew(sent);
    far_end_ = kNowhere;
  }

  // The first number after a reset did not arrive: it belonged to the reset.
  void pass_optional_first() {
    if (std::exchange(first_is_optional_, false)) ++expected_;
  }
  template <class Deliver>
  void leave_out_first(Deliver& deliver) {
    if (!first_is_optional_ || holding_) return;
    pass_optional_first();
    drain(deliver);
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
    const bool newer = restart_detector_.follow(packet, expected_);
    const bool backward = restart_detector_.is_backward(packet, expected_);
    if (backward) ++suspicious_;
    if (!newer || !restart_detector_.is_restart(now)) {
      return count(backward ? FeedCounter::rejected : FeedCounter::duplicate, packet.count);
    }
    restart_at(packet, now, deliver);
  }

  template <class Deliver>
  void restart_at(const LinePacket& packet, TimeNs now, Deliver& deliver) {
    // Read first: delivering old held packets resets the detector.
    const std::uint64_t first = restart_detector_.first();
    while (!held_.empty()) abandon(deliver);
    count(FeedCounter::restarts, 1);
    ++restarts_;
    count(FeedCounter::gaps, 1);
    ++gaps_;
    // Numbers of the restarted publisher from before the confirmation are lost.
    if (first < packet.sequence) count(FeedCounter::sequence_lost, packet.sequence - first);
    begin_numbers(packet.sent);
    first_is_optional_ = false;
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
    // Held packets may have reached this packet, or beyond it.
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
    first_is_optional_ = false;
    if (!packet.recovered) restart_detector_.pass(packet);
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

  // Counts the messages of a held packet that a snapshot covers, up to the number `next`.
  void pass_over(const LinePacket& packet, std::uint64_t next) {
    const std::uint64_t begin = std::max<std::uint64_t>(expected_, packet.sequence);
    const std::uint64_t end = std::min(packet.end(), next);
    if (packet.end() <= next) count(FeedCounter::duplicate, packet.count);
    if (end <= begin) return;
    first_is_optional_ = false;
    count(FeedCounter::sequence_lost, begin - expected_);
    count(packet.recovered ? FeedCounter::sequence_recovered : FeedCounter::sequence_received,
          end - begin);
    expected_ = end;
  }

  void lose_up_to(std::uint64_t sequence) {
    pass_optional_first();
    if (sequence == expected_) return;
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
    if (first_is_optional_ && is_due(now)) leave_out_first(deliver);
    if (settings_.recovery_capacity > 0) return;
    while (!held_.empty() && now - held_.oldest_since() >= settings_.wait_ns) abandon(deliver);
  }

  // The short wait is over, or the capacity is reached.
  bool is_due(TimeNs now) const {
    return !held_.empty() &&
           (now - held_.oldest_since() >= settings_.wait_ns || held_.size() >= settings_.capacity);
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
    if (packet.sequence > expected_) pass_optional_first();
    if (packet.end() > expected_) {
      first_is_optional_ = false;
      count(FeedCounter::sequence_lost, packet.end() - expected_);
      expected_ = packet.end();
    }
    count(FeedCounter::rejected, packet.count);
    count(FeedCounter::recovery_dropped, 1);
    holding_ = true;
    held_.pop_front();
  }

  const ArbiterSettings settings_;
  FeedCounters& counters_;
  HoldBuffer held_;
  ResetTracker reset_tracker_;
  RestartDetector restart_detector_;

  bool started_ = false;
  bool holding_ = false;
  bool first_is_optional_ = false;  // since a reset no number was taken or left out
  TimeNs forgotten_{};     // packets of before this stamp are of numbers that were forgotten
  TimeNs forgotten_at_{};  // when, on the receive clock
  std::uint64_t expected_ = 0;
  std::uint64_t far_end_ = kNowhere;  // end of the last packet that came from too far ahead
  std::uint64_t gaps_ = 0;
  std::uint64_t suspicious_ = 0;
  std::uint64_t restarts_ = 0;
};

}  // namespace indexcast::feed
