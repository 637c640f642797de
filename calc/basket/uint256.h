// Products of two 128-bit numbers and their exact division, for the arithmetic between two days: a
// divisor times a capitalisation passes 128 bits. Control plane; the engine never needs it.
#pragma once

#include <compare>
#include <optional>

#include "calc/fixed_point.h"

namespace indexcast {

struct UInt256 {
  UInt128 high = 0;
  UInt128 low = 0;
  friend constexpr auto operator<=>(const UInt256&, const UInt256&) = default;
};

// a x b, which always fits.
constexpr UInt256 wide_product(UInt128 a, UInt128 b) {
  constexpr UInt128 kMask = ~UInt128{0} >> 64;
  const UInt128 low = (a & kMask) * (b & kMask);
  const UInt128 left = (a >> 64) * (b & kMask);
  const UInt128 right = (a & kMask) * (b >> 64);
  const UInt128 middle = (low >> 64) + (left & kMask) + (right & kMask);
  return {(a >> 64) * (b >> 64) + (left >> 64) + (right >> 64) + (middle >> 64),
          (middle << 64) | (low & kMask)};
}

constexpr UInt256 operator-(const UInt256& a, const UInt256& b) {
  return {a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low};
}

constexpr UInt256 twice(const UInt256& a) { return {(a.high << 1) | (a.low >> 127), a.low << 1}; }

// numerator / denominator rounded half up; empty when the quotient passes the positive range of
// Int128 or the denominator is zero or at least 2^255. Bit by bit: some hundred steps.
constexpr std::optional<Int128> divide_half_up(const UInt256& numerator,
                                               const UInt256& denominator) {
  if (denominator == UInt256{} || denominator.high >> 127 != 0) return std::nullopt;
  UInt256 remainder;
  UInt256 quotient;
  for (int bit = 255; bit >= 0; --bit) {
    const UInt128 word = bit >= 128 ? numerator.high : numerator.low;
    remainder = twice(remainder);
    remainder.low |= (word >> (bit % 128)) & 1;
    quotient = twice(quotient);
    if (remainder >= denominator) {
      remainder = remainder - denominator;
      quotient.low |= 1;
    }
  }
  const UInt128 rounded = quotient.low + (remainder >= denominator - remainder ? 1 : 0);
  if (quotient.high != 0 || rounded > static_cast<UInt128>(kInt128Max)) return std::nullopt;
  return static_cast<Int128>(rounded);
}

}  // namespace indexcast
