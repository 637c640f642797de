// The number types of a level: every quantity is an integer with an implied number of decimals, and
// each quantity is a type of its own, so that a price cannot be added to a share count.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace indexcast {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

inline constexpr Int128 kInt128Max = static_cast<Int128>((~static_cast<UInt128>(0)) >> 1);

// An int64 that counts units of 10^-Decimals. Zero-initialised. Arithmetic between equal types
// only; overflow is the caller's to exclude (definitions are range-checked at load).
template <class Tag, int Decimals>
struct Fixed {
  static constexpr int kDecimals = Decimals;

  std::int64_t raw = 0;

  friend constexpr auto operator<=>(Fixed, Fixed) = default;
  friend constexpr Fixed operator+(Fixed a, Fixed b) { return {a.raw + b.raw}; }
  friend constexpr Fixed operator-(Fixed a, Fixed b) { return {a.raw - b.raw}; }
};

// Price of one share in its listing currency, 1e-6. Usable prices are positive.
using Price = Fixed<struct PriceTag, 6>;
// Calculation shares x cap factor, 1e-6.
using IndexShares = Fixed<struct IndexSharesTag, 6>;
// Units of the index's currency for one unit of the listing currency, 1e-8.
using FxRate = Fixed<struct FxRateTag, 8>;
// Cash in the currency of an index or fund, 1e-6; may be negative.
using Money = Fixed<struct MoneyTag, 6>;
// Divisor of an index, 1e-16; 128 bits because a broad market's divisor passes 10^9.
struct Divisor {
  static constexpr int kDecimals = 16;
  Int128 raw = 0;
  friend constexpr bool operator==(Divisor, Divisor) = default;
};
// An index level; the number of decimals belongs to the index (its definition's `decimals`).
struct Level {
  std::int64_t raw = 0;
  friend constexpr auto operator<=>(Level, Level) = default;
};

inline constexpr FxRate kFxOne{100'000'000};
// Decimals of price x shares, and of that times a rate.
inline constexpr int kCapDecimals = Price::kDecimals + IndexShares::kDecimals;
inline constexpr int kSumDecimals = kCapDecimals + FxRate::kDecimals;

// 10^n for 0 <= n <= 38.
constexpr Int128 pow10(int n) {
  Int128 value = 1;
  for (int i = 0; i < n; ++i) value *= 10;
  return value;
}

// a x b. With a factor that is known to be positive the processor multiplies two halves instead of
// three.
constexpr Int128 times(Int128 a, std::uint64_t b) { return a * static_cast<Int128>(b); }

// numerator / denominator rounded half up (towards +infinity at the half). denominator > 0.
constexpr Int128 divide_half_up(Int128 numerator, Int128 denominator) {
  Int128 quotient = numerator / denominator;
  Int128 remainder = numerator % denominator;
  if (remainder < 0) {
    remainder += denominator;
    --quotient;
  }
  return remainder >= denominator - remainder ? quotient + 1 : quotient;
}

// numerator / denominator rounded half away from zero, the rule for signed values (METHODOLOGY 2).
constexpr Int128 divide_half_away(Int128 numerator, Int128 denominator) {
  return numerator < 0 ? -divide_half_up(-numerator, denominator)
                       : divide_half_up(numerator, denominator);
}

}  // namespace indexcast
