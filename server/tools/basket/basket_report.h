// Numbers in the reports of the basket commands, and the report of a roll.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "calc/basket/roll.h"
#include "calc/basket/weight.h"
#include "calc/decimal.h"
#include "server/settings/codec.h"

namespace indexcast::server {

inline std::string date_text(Date date) { return DateText{}.format(date); }
inline std::string divisor_text(Divisor divisor) { return DivisorText{}.format(divisor); }
// Formats a cap of scale kSumDecimals.
inline std::string cap_text(Int128 cap) { return format_trimmed(cap, kSumDecimals); }
// Formats a weight in percent with four places, rounded half up.
inline std::string percent_text(Weight weight) {
  return format_decimal(divide_half_up(weight.raw, 10'000), 4);
}
template <class FixedType>
std::string fixed_text(FixedType value) {
  return format_trimmed(value.raw, FixedType::kDecimals);
}

// The steps of a roll, and the proof that the level continues.
struct RollReport {
  const RollInput& input;
  const Roll& roll;
  std::string written;                      // path of the next definition's TOML file
  std::vector<std::string> unused_columns;  // of the files of corporate actions
  std::vector<std::string> warnings;
};

// Prints the report as text.
void print_text(const RollReport& report, std::ostream& out);
// Prints the report as a JSON object on one line, with numbers as decimal text.
void print_json(const RollReport& report, std::ostream& out);

}  // namespace indexcast::server
