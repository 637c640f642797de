// The packets of one multicast sender on one channel, in the order of their numbers (MDDP).
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/common/feed_counters.h"
#include "feedhandlers/szse/mddp_packet.h"

namespace indexcast::szse {

// Numbers count messages. What arrives early is kept until the hole before it is filled by the
// other line, until `wait_ns` passed or until kMaxHeld packets wait; then the missing ones are
// lost. The first packet opens the stream. Counts duplicate, sequence_received, sequence_lost and
// gaps. One thread; allocates at construction only.
class MddpStream {
 public:
  // MDDP suggests a small buffer (notes 1.7).
  static constexpr std::size_t kMaxHeld = 16;
  static constexpr std::size_t kHeldBytes = 16 * 1024;
  // A number so far behind means that the sender began again without a new SenderId.
  static constexpr std::int64_t kRestartThreshold = 100'000;

  MddpStream(std::int64_t wait_ns, feed::FeedCounters& counters)
      : wait_ns_(wait_ns), counters_(counters), held_(kMaxHeld) {
    for (Held& held : held_) held.bytes.reserve(kHeldBytes);
  }

  void restart() {
    expected_ = 0;
    for (Held& held : held_) held.used = false;
  }

  // A Receiver has two members: packet(const MddpHeader&, feed::Bytes body, skip) takes what is
  // next in order, the first `skip` of its messages were seen before; lost() hears that messages
  // were given up, before the packet that follows them.
  template <class Receiver>
  void on_packet(const MddpHeader& header, feed::Bytes body, TimeNs now, Receiver& receiver) {
    const std::int64_t end = end_of(header);
    if (header.seq_num < 0 || end < header.seq_num) return;
    if (expected_ != 0 && end + kRestartThreshold < expected_) restart();
    if (expected_ == 0) expected_ = header.seq_num;
    if (end <= expected_) {
      return counters_.add(feed::FeedCounter::duplicate, header.msg_count);
    }
    if (header.seq_num > expected_) return keep(header, body, now, receiver);
    pass(header, body, receiver);
    drain(receiver);
  }

  // The sender says that its last message so far has number `last`.
  template <class Receiver>
  void on_last(std::int64_t last, Receiver& receiver) {
    if (expected_ == 0 || last < expected_ || last - expected_ > kRestartThreshold) return;
    // Nothing that is held can be before it, or it would not be the last.
    if (first_held() == nullptr) lose_up_to(last + 1, receiver);
  }

  // Gives up what waited too long.
  template <class Receiver>
  void on_time(TimeNs now, Receiver& receiver) {
    for (const Held* first = first_held(); first != nullptr && now - first->since >= wait_ns_;
         first = first_held()) {
      give_up(receiver);
    }
  }

 private:
  struct Held {
    bool used = false;
    MddpHeader header;
    std::vector<std::byte> bytes;
    TimeNs since{};
  };

  static std::int64_t end_of(const MddpHeader& header) {
    std::int64_t end = 0;
    const bool overflow =
        __builtin_add_overflow(header.seq_num, std::int64_t{header.msg_count}, &end);
    return overflow ? -1 : end;
  }

  template <class Receiver>
  void pass(const MddpHeader& header, feed::Bytes body, Receiver& receiver) {
    const auto skip = static_cast<std::uint16_t>(expected_ - header.seq_num);
    counters_.add(feed::FeedCounter::duplicate, skip);
    counters_.add(feed::FeedCounter::sequence_received,
                  static_cast<std::uint64_t>(header.msg_count - skip));
    expected_ = end_of(header);
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
      return on_packet(header, body, now, receiver);
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
  std::int64_t expected_ = 0;  // 0: not open
};

}  // namespace indexcast::szse
