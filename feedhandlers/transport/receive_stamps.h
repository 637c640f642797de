// Receive times of datagrams, from the kernel's stamps.
#pragma once

#include <algorithm>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::feed {

// Two clocks of the operating system, read at one moment.
struct ClockReading {
  std::int64_t monotonic_ns = 0;  // CLOCK_MONOTONIC
  TimeNs wall{};                  // CLOCK_REALTIME
};

// Reads both.
ClockReading read_clocks();

// The kernel stamps datagrams on the wall clock, which may step. Receive times are on the receive
// clock, which does not. A stamp is therefore used only for its age: the difference between the
// wall clock at the moment of reading and the stamp. A receive time is the moment of reading on the
// receive clock less this age. The moment of reading is the poll's start plus the monotonic time
// since. One thread.
class ReceiveStamps {
 public:
  // A datagram does not wait longer in a socket: a thread polls every millisecond. An older stamp,
  // or one of the future, shows that the wall clock stepped after the kernel stamped.
  static constexpr std::int64_t kAgeMaxNs = 10 * kNsPerSecond;

  // A poll starts at receive time `now`.
  void begin_poll(TimeNs now, const ClockReading& reading) {
    poll_ = now;
    poll_monotonic_ns_ = reading.monotonic_ns;
  }
  // A socket was read in this poll.
  void begin_batch(const ClockReading& reading) {
    read_ = poll_ + (reading.monotonic_ns - poll_monotonic_ns_);
    wall_ = reading.wall;
  }
  // Receive time of a datagram of the batch. It is never before that of the datagram before it, so
  // that time does not run backwards from line to line. `stamp` zero: the kernel gave none.
  TimeNs receive_time(TimeNs stamp) {
    last_usable_ = stamp.ns == 0 || (stamp <= wall_ && wall_ - stamp <= kAgeMaxNs);
    const std::int64_t age_ns = stamp.ns != 0 && last_usable_ ? wall_ - stamp : 0;
    return latest_ = std::max(latest_, read_ + -age_ns);
  }
  // Whether the stamp of the last datagram had a usable age. Otherwise it was received as it was
  // read.
  bool last_usable() const { return last_usable_; }
  // Receive time of the last datagram; zero before the first.
  TimeNs latest() const { return latest_; }

 private:
  TimeNs poll_{};
  std::int64_t poll_monotonic_ns_ = 0;
  TimeNs read_{};
  TimeNs wall_{};
  TimeNs latest_{};
  bool last_usable_ = true;
};

}  // namespace indexcast::feed
