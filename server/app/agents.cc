#include "server/app/agents.h"

#include <spdlog/spdlog.h>

#include <cstdlib>

namespace indexcast::server {
namespace {

// Readings of one look. The thread may lose the processor between the two clocks of a reading, so
// the reading with the smallest step counts.
constexpr int kReadings = 3;

}  // namespace

std::size_t ClockWatch::do_work(TimeNs now) {
  if (now < next_) return 0;
  next_ = now + kClockCheckNs;
  const std::int64_t known_ns = clock_.wall().latest_ns();
  const auto step_of = [known_ns](const feed::ClockReading& reading) {
    return std::abs(reading.wall.ns - reading.monotonic_ns - known_ns);
  };
  feed::ClockReading best = read_();
  for (int i = 1; i < kReadings && step_of(best) > WallClock::kNoiseNs; ++i) {
    const feed::ClockReading reading = read_();
    if (step_of(reading) < step_of(best)) best = reading;
  }
  const std::int64_t step_ns = clock_.wall().observe(best);
  if (step_ns == 0) return 0;
  spdlog::warn(
      "the wall clock stepped by {:+.3f} s; no state depends on it, and published times follow if "
      "it lasts {} s",
      static_cast<double>(step_ns) * 1e-9, WallClock::kSettleNs / kNsPerSecond);
  return 1;
}

}  // namespace indexcast::server
