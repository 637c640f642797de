// The packets of one multicast sender on one channel, in the order of their numbers (MDDP).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/sequencing/line_packet.h"
#include "feedhandlers/szse/mddp_packet.h"

namespace indexcast::szse {

// Numbers count messages. An early packet is held until the other line fills the gap before it,
// until `wait_ns` passed or until kMaxHeld packets are held; then the missing messages are lost.
// The messages of an encrypted packet are lost when their turn comes. The first packet opens the
// stream.
//
// A line whose numbers go back by more than kRestartThreshold shows that the sender restarted
// without a new SenderId (MDDP 5.5). Each line is compared with itself only, because one may be far
// behind the other. After a restart on one line, packets of the other line are dropped until it
// reaches the new numbers.
//
// Counts duplicate, sequence_received, sequence_lost, gaps and restarts. One thread; allocates at
// construction only.
class MddpStream {
 public:
  // MDDP suggests a small buffer (notes 1.7).
  static constexpr std::size_t kMaxHeld = 16;
  static constexpr std::size_t kHeldBytes = 16 * 1024;
  // Larger than any reordering within one line, for which MDDP suggests a buffer of about 16
  // messages. A restart by fewer messages looks like duplicates until the numbers have caught up.
  static constexpr std::int64_t kRestartThreshold = 300;

  MddpStream(std::int64_t wait_ns, feed::FeedCounters& counters)
      : wait_ns_(wait_ns), counters_(counters), held_(kMaxHeld) {
    for (Held& held : held_) held.bytes.reserve(kHeldBytes);
  }

  // Resets the stream for another sender.
  void restart() {
    forget_numbers();
    lines_ = {};
  }

  // A Receiver has two members: packet(const MddpHeader&, feed::Bytes body, skip) takes the next
  // packet in order, the first `skip` of its messages were seen before; lost() is called when
  // messages were given up or may be missing, before the packet that follows them.
  template <class Receiver>
  void on_packet(const MddpHeader& header, feed::Bytes body, feed::Line line, TimeNs now,
                 Receiver& receiver) {
    const std::int64_t end = end_of(header);
    if (header.seq_num < 0 || end < header.seq_num) {
      return counters_.add(feed::FeedCounter::malformed, header.msg_count);
    }
    if (!follow_line(line, header.seq_num, end, receiver)) {
      return counters_.add(feed::FeedCounter::duplicate, header.msg_count);
    }
    if (expected_ == 0) expected_ = header.seq_num;
    place(header, body, now, receiver);
  }

  // The sender's last message so far has number `last`. Messages not received by then are lost,
  // after a wait for the other line.
  template <class Receiver>
  void on_last(std::int64_t last, feed::Line line, TimeNs now, Receiver& receiver) {
    if (expected_ == 0 || last < 0 || last == std::numeric_limits<std::int64_t>::max()) return;
    if (!follow_line(line, last + 1, last + 1, receiver)) return;
    if (expected_ == 0) expected_ = last + 1;
    if (last < expected_ || last < announced_) return;
    if (announced_ < expected_) announced_at_ = now;
    announced_ = last;
  }

  // Whether a packet waits for the one before it, or the announced end for its packets.
  bool waits() const {
    return (expected_ != 0 && announced_ >= expected_) ||
           std::ranges::any_of(held_, [](const Held& held) { return held.used; });
  }

  // Gives up what waited too long.
  template <class Receiver>
  void on_time(TimeNs now, Receiver& receiver) {
    for (const Held* first = first_held(); first != nullptr && now - first->since >= wait_ns_;
         first = first_held()) {
      give_up(receiver);
    }
    const bool tail_missing = expected_ != 0 && announced_ >= expected_;
    if (tail_missing && first_held() == nullptr && now - announced_at_ >= wait_ns_) {
      lose_up_to(announced_ + 1, receiver);
    }
  }

 private:
  struct Held {
    bool used = false;
    MddpHeader header;
    std::vector<std::byte> bytes;
    TimeNs since{};
  };
  struct LineState {
    std::int64_t next = 0;  // behind its last packet; 0: silent since the sender began
    bool before_restart =
        false;  // the other line has shown a restart that this one has yet to show
  };

  void forget_numbers() {
    expected_ = 0;
    announced_ = 0;
    losing_unreadable_ = false;
    for (Held& held : held_) held.used = false;
  }

  // Records the position of a line. False: the packet is from before a restart.
  template <class Receiver>
  bool follow_line(feed::Line line, std::int64_t first, std::int64_t next, Receiver& receiver) {
    LineState& state = lines_[feed::index_of(line)];
    const bool went_back = state.next != 0 && state.next - next > kRestartThreshold;
    if (state.before_restart) {
      const bool joined = expected_ != 0 && first - expected_ <= kRestartThreshold;
      if (!went_back && !joined) return false;
      state.before_restart = false;
    } else if (went_back) {
      counters_.add(feed::FeedCounter::restarts);
      forget_numbers();
      for (LineState& other : lines_) other.before_restart = &other != &state && other.next != 0;
      receiver.lost();
    }
    state.next = went_back ? next : std::max(state.next, next);
    return true;
  }

  template <class Receiver>
  void place(const MddpHeader& header, feed::Bytes body, TimeNs now, Receiver& receiver) {
    if (end_of(header) <= expected_) {
      return counters_.add(feed::FeedCounter::duplicate, header.msg_count);
    }
    if (header.seq_num > expected_) return keep(header, body, now, receiver);
    pass(header, body, receiver);
    drain(receiver);
  }

  static std::int64_t end_of(const MddpHeader& header) {
    std::int64_t end = 0;
    const bool overflow =
        __builtin_add_overflow(header.seq_num, std::int64_t{header.msg_count}, &end);
    return overflow ? -1 : end;
  }

  template <class Receiver>
  void pass(const MddpHeader& header, feed::Bytes body, Receiver& receiver) {
    const auto skip = static_cast<std::uint16_t>(expected_ - header.seq_num);
    const auto fresh = static_cast<std::uint64_t>(header.msg_count - skip);
    counters_.add(feed::FeedCounter::duplicate, skip);
    expected_ = end_of(header);
    if (header.encrypted()) {
      counters_.add(feed::FeedCounter::sequence_lost, fresh);
      counters_.add(feed::FeedCounter::gaps, losing_unreadable_ ? 0U : 1U);
      losing_unreadable_ = true;
      return receiver.lost();
    }
    losing_unreadable_ = false;
    counters_.add(feed::FeedCounter::sequence_received, fresh);
    receiver.packet(header, body, skip);
  }

  Held* first_held() {
    Held* first = nullptr;
    for (Held& held : held_) {
      if (held.used && (first == nullptr || held.header.seq_num < first->header.seq_num)) {
        first = &held;
      }
    }
    return first;
  }

  template <class Receiver>
  void drain(Receiver& receiver) {
    for (Held* first = first_held(); first != nullptr && first->header.seq_num <= expected_;
         first = first_held()) {
      first->used = false;
      if (end_of(first->header) > expected_) {
        pass(first->header, first->bytes, receiver);
      } else {
        counters_.add(feed::FeedCounter::duplicate, first->header.msg_count);
      }
    }
  }

  template <class Receiver>
  void keep(const MddpHeader& header, feed::Bytes body, TimeNs now, Receiver& receiver) {
    Held* free = nullptr;
    for (Held& held : held_) {
      if (!held.used) {
        free = &held;
      } else if (held.header.seq_num == header.seq_num) {
        return counters_.add(feed::FeedCounter::duplicate, header.msg_count);
      }
    }
    if (free == nullptr || body.size() > kHeldBytes) {
      give_up(receiver);
      if (expected_ == 0) expected_ = header.seq_num;
      return place(header, body, now, receiver);
    }
    free->used = true;
    free->header = header;
    free->bytes.assign(body.begin(), body.end());
    free->since = now;
  }

  // Loses what is missing before the first held packet; with none held, the packet that is too long
  // to keep opens the stream again.
  template <class Receiver>
  void give_up(Receiver& receiver) {
    const Held* first = first_held();
    if (first == nullptr) {
      expected_ = 0;
      return receiver.lost();
    }
    lose_up_to(first->header.seq_num, receiver);
    drain(receiver);
  }

  template <class Receiver>
  void lose_up_to(std::int64_t next, Receiver& receiver) {
    counters_.add(feed::FeedCounter::sequence_lost, static_cast<std::uint64_t>(next - expected_));
    counters_.add(feed::FeedCounter::gaps);
    expected_ = next;
    receiver.lost();
  }

  const std::int64_t wait_ns_;
  feed::FeedCounters& counters_;
  std::vector<Held> held_;
  std::array<LineState, 2> lines_{};  // by feed::Line
  std::int64_t expected_ = 0;         // 0: not open
  std::int64_t announced_ = 0;        // the last number by the sender's own word
  TimeNs announced_at_{};
  bool losing_unreadable_ = false;  // the packet before was encrypted
};

}  // namespace indexcast::szse
