#include "calc/basket/fraction.h"

#include <limits>
#include <numeric>

#include "calc/decimal.h"

namespace indexcast {
namespace {

// Of each part of a fraction in text.
constexpr int kTextPlaces = 9;
constexpr Int128 kTextMax = pow10(9 + kTextPlaces);

Int128 greatest_common_divisor(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

Fraction invalid() { return Fraction::of(0, 0); }

std::optional<Int128> parse_part(std::string_view text) {
  const auto raw = parse_decimal(text, kTextPlaces);
  if (!raw || *raw < 0 || *raw >= kTextMax) return std::nullopt;
  return raw;
}

}  // namespace

Fraction Fraction::of(Int128 numerator, Int128 denominator) {
  Fraction result;
  result.denominator_ = 0;
  if (denominator == 0) return result;
  const Int128 common = greatest_common_divisor(numerator, denominator);
  const Int128 sign = denominator < 0 ? -1 : 1;
  result.numerator_ = numerator / common * sign;
  result.denominator_ = denominator / common * sign;
  return result;
}

Fraction operator*(const Fraction& a, const Fraction& b) {
  Int128 numerator;
  Int128 denominator;
  if (!a.valid() || !b.valid() || __builtin_mul_overflow(a.numerator_, b.numerator_, &numerator) ||
      __builtin_mul_overflow(a.denominator_, b.denominator_, &denominator)) {
    return invalid();
  }
  return Fraction::of(numerator, denominator);
}

Fraction operator/(const Fraction& a, const Fraction& b) {
  if (!b.valid()) return invalid();
  return a * Fraction::of(b.denominator_, b.numerator_);
}

Fraction operator+(const Fraction& a, const Fraction& b) {
  if (!a.valid() || !b.valid()) return invalid();
  // The least common denominator keeps decimals of like places from growing.
  const Int128 part = b.denominator_ / greatest_common_divisor(a.denominator_, b.denominator_);
  const Int128 other = a.denominator_ / (b.denominator_ / part);
  Int128 denominator;
  Int128 left;
  Int128 right;
  Int128 sum;
  if (__builtin_mul_overflow(a.denominator_, part, &denominator) ||
      __builtin_mul_overflow(a.numerator_, part, &left) ||
      __builtin_mul_overflow(b.numerator_, other, &right) ||
      __builtin_add_overflow(left, right, &sum)) {
    return invalid();
  }
  return Fraction::of(sum, denominator);
}

Fraction operator-(const Fraction& a, const Fraction& b) { return a + Fraction(-1) * b; }

std::optional<std::int64_t> round_half_up(const Fraction& value, int places) {
  const Fraction scaled = value * Fraction(pow10(places));
  if (!scaled.valid()) return std::nullopt;
  const Int128 rounded = divide_half_up(scaled.numerator(), scaled.denominator());
  if (rounded > std::numeric_limits<std::int64_t>::max() ||
      rounded < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(rounded);
}

std::optional<Fraction> parse_fraction(std::string_view text) {
  const auto stroke = text.find('/');
  const auto numerator = parse_part(text.substr(0, stroke));
  const auto denominator =
      stroke == std::string_view::npos ? pow10(kTextPlaces) : parse_part(text.substr(stroke + 1));
  if (!numerator || !denominator || *denominator == 0) return std::nullopt;
  return Fraction::of(*numerator, *denominator);
}

std::string format_fraction(const Fraction& value) {
  std::string text = format_decimal(value.numerator(), 0);
  if (value.denominator() != 1) text += "/" + format_decimal(value.denominator(), 0);
  return text;
}

}  // namespace indexcast
