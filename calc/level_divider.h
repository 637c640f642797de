// The one division of a published level: exact, and without the processor's slow 128-bit divide in
// the usual case.
#pragma once

#include <cstdint>

#include "calc/fixed_point.h"

namespace indexcast {

// A sum may grow to this many times the reference capitalisation (METHODOLOGY 2). check_definition
// makes sure that it fits in 128 bits.
inline constexpr Int128 kLargestSum = 1000;

// Divides sums of one index by its divisor, rounded half up. The quotient is estimated in double
// from the sum's leading 63 bits and put right by at most one; the remainder proves it. Where an
// estimate is further off (a level beyond 2^50, a sum beyond the range that the load-time check
// admits) the native division decides, so the answer is exact always. A sum below zero, which only
// a fund's cash can make, is level 0 (METHODOLOGY 9).
class LevelDivider {
 public:
  // `largest` is the largest sum expected (METHODOLOGY 2: 1000 x the capitalisation); beyond it
  // only speed is lost.
  LevelDivider(Divisor divisor, int decimals, Int128 largest);

  struct Result {
    Level level;
    bool estimated;  // false: the native division had to decide
  };
  Result divide(Int128 sum) const {
    if (sum < 0) [[unlikely]]
      return {Level{}, true};
    const Int128 numerator = times(sum, numerator_scale_);
    const auto leading = static_cast<double>(static_cast<std::int64_t>(numerator >> shift_));
    auto quotient = static_cast<std::int64_t>(leading * inverse_);
    Int128 remainder = numerator - times(denominator_, static_cast<std::uint64_t>(quotient));
    if (remainder < 0) {
      --quotient;
      remainder += denominator_;
    } else if (remainder >= denominator_) {
      ++quotient;
      remainder -= denominator_;
    }
    if (remainder < 0 || remainder >= denominator_) [[unlikely]] {
      return {Level{static_cast<std::int64_t>(divide_half_up(numerator, denominator_))}, false};
    }
    return {Level{quotient + (remainder >= denominator_ - remainder)}, true};
  }

 private:
  Int128 denominator_;
  std::uint64_t numerator_scale_;  // 10^4 at most
  int shift_;                      // brings the largest numerator below 2^63
  double inverse_;                 // 2^shift / denominator
};

}  // namespace indexcast
