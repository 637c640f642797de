// What a fund's indicative value has beside priced members (METHODOLOGY 9): the cash of one
// creation unit, and whose session it follows. Plain data, part of a definition.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calc/event.h"
#include "calc/fixed_point.h"

namespace indexcast {

// A component of one creation unit that counts as cash all day.
struct CashComponent {
  std::string symbol;  // as the composition file names it, with its market's suffix
  std::string name;    // UTF-8, may be empty
  Money amount{};
};

struct FundTerms {
  MarketId venue = kNoMarket;      // where the fund itself is listed: its session is the fund's
  std::string tracked_index;       // code of the index whose rate series it binds to; may be empty
  std::int64_t creation_unit = 0;  // fund shares; the definition's divisor is the same number
  Money estimated_cash{};          // of a creation unit today; may be negative
  std::vector<CashComponent> cash_components;
  // NAV of a creation unit the day before less today's dividend, for the gate.
  Money expected_value{};
};

// What a creation unit holds in cash, substitutes and the estimated cash difference, scale
// kCapDecimals.
Int128 cash_of(const FundTerms& terms);

}  // namespace indexcast
