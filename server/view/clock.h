// The receive clock, and how far the wall clock is from it.
//
// The receive clock is CLOCK_MONOTONIC plus a constant that makes it UTC when a day begins. All
// TimeNs inside the server are of the receive clock: receive times, waits, liveness, staleness,
// deadlines on the clock, instants of the grid. It never goes back and never jumps, whatever
// happens to the wall clock (CLOCK_REALTIME).
//
// The wall clock may step: by an operator, NTP or PTP, and often a wrong step is undone soon
// after. CLOCK_MONOTONIC follows the same rate, so a change of the difference between the two is a
// step and nothing else. WallClock keeps this difference. A step is noticed within
// kClockCheckNs and counted. It is settled, and then used, after it has lasted kSettleNs.
//
// The difference is used at the edges only:
//   published()  times for people and subscribers: receive clock to wall clock, as settled
//   received()   wall times from outside (rates, files, expiries): wall clock to receive clock
// Instants of the grid are numbers by which subscribers find duplicates and losses, so they stay on
// the receive clock until the next day.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "calc/time.h"
#include "feedhandlers/transport/receive_stamps.h"

namespace indexcast::server {

// How far the wall clock is ahead of CLOCK_MONOTONIC. One thread calls observe(), any thread reads.
class WallClock {
 public:
  // A smaller change is the noise of reading two clocks one after the other.
  static constexpr std::int64_t kNoiseNs = 5 * kNsPerMs;
  // A step that is undone earlier is never used.
  static constexpr std::int64_t kSettleNs = 10 * kNsPerSecond;

  explicit WallClock(const feed::ClockReading& reading)
      : latest_ns_(ahead_of(reading)), settled_ns_(ahead_of(reading)) {}

  // Takes a reading; returns the size of the step since the last one, 0 if there was none.
  std::int64_t observe(const feed::ClockReading& reading) {
    const std::int64_t step_ns = ahead_of(reading) - latest_ns();
    if (step_ns > kNoiseNs || step_ns < -kNoiseNs) {
      latest_ns_.store(ahead_of(reading), std::memory_order_relaxed);
      steps_.store(steps() + 1, std::memory_order_relaxed);
      stepped_at_ns_ = reading.monotonic_ns;
      return step_ns;
    }
    if (reading.monotonic_ns - stepped_at_ns_ >= kSettleNs)
      settled_ns_.store(latest_ns(), std::memory_order_relaxed);
    return 0;
  }

  // Wall clock less monotonic clock: as last observed, and as settled.
  std::int64_t latest_ns() const { return latest_ns_.load(std::memory_order_relaxed); }
  std::int64_t settled_ns() const { return settled_ns_.load(std::memory_order_relaxed); }
  // Steps noticed so far. One that is undone is two.
  std::uint64_t steps() const { return steps_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::int64_t ahead_of(const feed::ClockReading& reading) {
    return reading.wall.ns - reading.monotonic_ns;
  }

  std::atomic<std::int64_t> latest_ns_;
  std::atomic<std::int64_t> settled_ns_;
  std::atomic<std::uint64_t> steps_{0};
  std::int64_t stepped_at_ns_ = 0;
};

// The time since an unspecified moment, for waits that outlive a day. It never goes back.
inline TimeNs monotonic_now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

// The receive clock of one day. Copies are the same clock. Thread-safe; now() is one read of the
// vDSO.
class Clock {
 public:
  // Anchored to the wall clock as it is now.
  Clock() : Clock(std::make_shared<WallClock>(feed::read_clocks())) {}
  // Anchored to the wall clock as settled.
  explicit Clock(std::shared_ptr<WallClock> wall)
      : wall_(std::move(wall)), offset_ns_(wall_->settled_ns()) {}

  TimeNs now() const { return monotonic_now() + offset_ns_; }

  // A time of the receive clock as the wall clock has it, for people and subscribers. 0 stays 0.
  TimeNs published(TimeNs received) const {
    return received.ns == 0 ? received : received + wall_ahead_ns();
  }

  // A wall time from outside on the receive clock. 0 stays 0. While a step is not settled the time
  // may have been written by either clock. The later of the two readings that is not ahead of `now`
  // by more than `ahead_max_ns` is taken, so a step makes no fresh time old; if both are ahead, the
  // earlier one.
  TimeNs received(TimeNs wall, TimeNs now, std::int64_t ahead_max_ns) const {
    if (wall.ns == 0) return wall;
    const TimeNs one = wall + (offset_ns_ - wall_->settled_ns());
    const TimeNs other = wall + (offset_ns_ - wall_->latest_ns());
    const TimeNs later = std::max(one, other);
    return later - now > ahead_max_ns ? std::min(one, other) : later;
  }

  // How far the wall clock, as settled, is ahead of this clock: the steps since the day began.
  std::int64_t wall_ahead_ns() const { return wall_->settled_ns() - offset_ns_; }

  WallClock& wall() const { return *wall_; }

  // The clock of a day that begins now: it agrees with the wall clock again, as settled. It is this
  // clock if that would not be later than `after`, so that an epoch never goes back.
  Clock next_day(TimeNs after) const {
    Clock next(wall_);
    return next.now() > after ? next : *this;
  }

 private:
  std::shared_ptr<WallClock> wall_;
  std::int64_t offset_ns_;
};

}  // namespace indexcast::server
