// Watches the wall clock for steps, and logs each one with its size.
#pragma once

#include "feedhandlers/transport/receive_stamps.h"
#include "server/view/agent.h"
#include "server/view/clock.h"

namespace indexcast::server {

// The time between two readings of the wall clock.
inline constexpr std::int64_t kClockCheckNs = 100 * kNsPerMs;

class ClockWatch final : public Agent {
 public:
  // `read` is replaced by tests.
  explicit ClockWatch(const Clock& clock, feed::ClockReading (*read)() = feed::read_clocks)
      : clock_(clock), read_(read) {}

  std::size_t do_work(TimeNs now) override;

 private:
  Clock clock_;
  feed::ClockReading (*read_)();
  TimeNs next_{};
};

}  // namespace indexcast::server
