// Decimal text to scaled integers and back, exactly. Control plane and presentation; the engine
// never needs it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "calc/fixed_point.h"

namespace indexcast {

// "-12.34" with `places` = 6 gives -12340000. Empty for anything else than [-]digits[.digits], for
// more decimals than `places` that are not zero, and on overflow of 128 bits.
std::optional<Int128> parse_decimal(std::string_view text, int places);

// parse_decimal narrowed to 64 bits; empty when it does not fit.
std::optional<std::int64_t> parse_decimal64(std::string_view text, int places);

// Units of 10^-places as text with exactly `places` decimals: (12340000, 6) gives "12.340000".
std::string format_decimal(Int128 raw, int places);

// The same without trailing zeros, and without the point when nothing follows it.
std::string format_trimmed(Int128 raw, int places);

// The same of one of the fixed-point types.
template <class FixedType>
std::string format_trimmed(FixedType value) {
  return format_trimmed(value.raw, FixedType::kDecimals);
}

// Parses into one of the fixed-point types.
template <class FixedType>
std::optional<FixedType> parse_fixed(std::string_view text) {
  const auto raw = parse_decimal64(text, FixedType::kDecimals);
  if (!raw) return std::nullopt;
  return FixedType{*raw};
}

}  // namespace indexcast
