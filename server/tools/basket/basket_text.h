// How the basket commands write numbers, in text and in JSON alike.
#pragma once

#include <string>

#include "calc/basket/weight.h"
#include "calc/decimal.h"
#include "server/settings/codec.h"

namespace indexcast::server {

inline std::string date_text(Date date) { return DateText{}.format(date); }
inline std::string divisor_text(Divisor divisor) { return DivisorText{}.format(divisor); }
// Of scale kSumDecimals.
inline std::string cap_text(Int128 cap) { return format_trimmed(cap, kSumDecimals); }
// Percent with four places, half up.
inline std::string percent_text(Weight weight) {
  return format_decimal(divide_half_up(weight.raw, 10'000), 4);
}
template <class FixedType>
std::string fixed_text(FixedType value) {
  return format_trimmed(value.raw, FixedType::kDecimals);
}

}  // namespace indexcast::server
