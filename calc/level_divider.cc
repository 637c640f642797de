#include "calc/level_divider.h"

#include <cmath>

#include "calc/definition.h"

namespace indexcast {
namespace {

int bit_width(Int128 value) {
  int width = 0;
  for (; value > 0; value >>= 1) ++width;
  return width;
}

}  // namespace

LevelDivider::LevelDivider(Divisor divisor, int decimals, Int128 largest) {
  const LevelScale scale = level_scale(decimals);
  numerator_scale_ = static_cast<std::uint64_t>(scale.numerator);
  denominator_ = divisor.raw * scale.denominator;
  const int width = bit_width(times(largest, numerator_scale_));
  shift_ = width > 62 ? width - 62 : 0;
  inverse_ = std::ldexp(1.0, shift_) / static_cast<double>(denominator_);
}

}  // namespace indexcast
