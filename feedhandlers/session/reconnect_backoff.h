// How long a TCP feed waits before it tries the next gateway.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "calc/time.h"

namespace indexcast::feed {

// Doubles from failure to failure up to a bound and takes a random part of it, so that the clients
// of a gateway that came back do not all call at once. Deterministic for a seed. One thread.
class ReconnectBackoff {
 public:
  // Below a tenth of a second a gateway that refuses would see a flood; above five seconds a
  // recovered one would stay unused while levels go stale.
  static constexpr std::int64_t kFirstNs = kNsPerSecond / 10;
  static constexpr std::int64_t kLongestNs = 5 * kNsPerSecond;
  // After the market's day a gateway may be away until the morning, so the wait may be longer.
  static constexpr std::int64_t kLongestAfterDayNs = 60 * kNsPerSecond;

  explicit ReconnectBackoff(std::uint64_t seed) : random_(seed) {}

  // The next wait: between half of the current bound and all of it.
  std::int64_t next_ns() {
    const std::int64_t bound = bound_ns_;
    bound_ns_ = std::min(bound_ns_ * 2, longest_ns_);
    return std::uniform_int_distribution<std::int64_t>(bound / 2, bound)(random_);
  }

  // A session was established: the next wait is the shortest again. After the day the wait stays
  // long, because a gateway that accepts and ends sessions then is normal.
  void succeeded() {
    if (longest_ns_ == kLongestNs) bound_ns_ = kFirstNs;
  }

  // Selects which of the two longest waits applies.
  void set_day_over(bool over) {
    longest_ns_ = over ? kLongestAfterDayNs : kLongestNs;
    bound_ns_ = std::min(bound_ns_, longest_ns_);
  }

 private:
  std::mt19937_64 random_;
  std::int64_t bound_ns_ = kFirstNs;
  std::int64_t longest_ns_ = kLongestNs;
};

}  // namespace indexcast::feed
