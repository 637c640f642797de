// How much of something one peer may have in a second.
#pragma once

#include <algorithm>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::server {

// Holds one second's worth and begins full. What is spent may exceed what is held: the debt is
// waited out, so that an answer whose size shows only once it is made is paid for too. One thread.
class TokenBucket {
 public:
  explicit TokenBucket(std::int64_t per_second) : per_second_(per_second), held_(per_second) {}

  // Milliseconds until something may be had again, rounded up; 0: now.
  std::int64_t wait_ms(TimeNs now) {
    fill(now);
    if (held_ > 0) return 0;
    return (-held_ + 1) * kMsPerSecond / per_second_ + 1;
  }

  void spend(std::int64_t amount) { held_ -= amount; }

 private:
  static constexpr std::int64_t kMsPerSecond = 1000;

  void fill(TimeNs now) {
    const std::int64_t elapsed_ms = (now.ns - filled_.ns) / kNsPerMs;
    // The clock of a new day may be behind that of the last one.
    if (elapsed_ms < 0) filled_ = now;
    if (elapsed_ms <= 0) return;
    // A second fills it from empty; more than one is for a debt, which is at most one answer.
    const std::int64_t added = per_second_ * std::min(elapsed_ms, kLongestMs) / kMsPerSecond;
    if (added == 0) return;  // the fraction is not lost: `filled_` stays
    held_ = std::min(per_second_, held_ + added);
    filled_ = now;
  }

  static constexpr std::int64_t kLongestMs = 1'000'000;

  std::int64_t per_second_;
  std::int64_t held_;
  TimeNs filled_{};
};

}  // namespace indexcast::server
