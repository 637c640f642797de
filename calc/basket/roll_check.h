// What can be wrong with the input of a roll before anything is computed. Used by roll().
#pragma once

#include <vector>

#include "calc/basket/roll.h"

namespace indexcast {

// Dates, rates, closes (missing, twice, off the tick, unusable) and actions (of another day, of an
// unknown member, twice, contradicting each other).
std::vector<RollFault> check_roll_input(const RollInput& input);

// The tick of a share: its own where its close names one, else that of its code, else its market's.
TickSize tick_of(const RollInput& input, const OfficialClose* close, const std::string& symbol,
                 MarketId market);

// Returns the rounding of a share's reference price; `close` may be null.
ExPriceRule ex_price_rule(const RollInput& input, const OfficialClose* close,
                          const std::string& symbol, MarketId market);

}  // namespace indexcast
