// Exact fractions for what a company announces: "5 for 10", "0.30 a share". Control plane.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calc/fixed_point.h"

namespace indexcast {

// A rational number in lowest terms. An operation whose result does not fit, or that divides by
// zero, gives an invalid one, and so does everything made of that; read it with valid().
class Fraction {
 public:
  constexpr Fraction() = default;
  constexpr explicit Fraction(Int128 whole) : numerator_(whole) {}
  // `denominator` may have either sign.
  static Fraction of(Int128 numerator, Int128 denominator);

  bool valid() const { return denominator_ != 0; }
  Int128 numerator() const { return numerator_; }
  // Positive in a valid fraction.
  Int128 denominator() const { return denominator_; }
  int sign() const { return numerator_ > 0 ? 1 : numerator_ < 0 ? -1 : 0; }

  friend Fraction operator+(const Fraction& a, const Fraction& b);
  friend Fraction operator-(const Fraction& a, const Fraction& b);
  friend Fraction operator*(const Fraction& a, const Fraction& b);
  friend Fraction operator/(const Fraction& a, const Fraction& b);
  friend bool operator==(const Fraction&, const Fraction&) = default;

 private:
  Int128 numerator_ = 0;
  Int128 denominator_ = 1;
};

// The value as a multiple of 10^-places, half up; empty when it is invalid or does not fit 64 bits.
std::optional<std::int64_t> round_half_up(const Fraction& value, int places);

// "0.30", "5/10" or "1.5/10": decimals of up to nine places, values below 10^9. Empty for anything
// else, negative numbers included.
std::optional<Fraction> parse_fraction(std::string_view text);

// "1/2"; a whole number without the stroke.
std::string format_fraction(const Fraction& value);

}  // namespace indexcast
