// How much of something a client may have in a second.
#pragma once

#include <algorithm>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::server {

// So many a second, and as many at once after a second without. 0 is no limit. One thread.
class RateBudget {
 public:
  explicit RateBudget(std::int64_t per_second = 0)
      : per_second_(per_second), left_ns_(kNsPerSecond) {}

  // Whether one more is allowed now; if so, it is taken.
  bool take(TimeNs now) {
    if (per_second_ == 0) return true;
    left_ns_ = std::min(kNsPerSecond, left_ns_ + std::max<std::int64_t>(0, now - at_));
    at_ = now;
    const std::int64_t cost = kNsPerSecond / per_second_;
    if (left_ns_ < cost) return false;
    left_ns_ -= cost;
    return true;
  }

 private:
  std::int64_t per_second_;
  std::int64_t left_ns_;  // of a second: each takes its share
  TimeNs at_{};
};

}  // namespace indexcast::server
