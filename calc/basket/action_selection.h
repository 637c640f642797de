// Which of a season's corporate actions belong to a roll. Used by roll().
#pragma once

#include <vector>

#include "calc/basket/roll.h"

namespace indexcast {

struct ActionSelection {
  std::vector<CorporateAction> due;  // in the input's order
  SkipCounts skipped{};
  std::vector<RollFault> faults;
};

// Every action is due, counted as skipped, or a fault. Due is what has the date of the roll, a
// suspension that of today's definition. Faults: a date between the two days, which no definition
// would take in; a decision about the index with another date; a suspension with another date of a
// member that has no close; a payment that may be another one said in other words.
ActionSelection select_actions(const RollInput& input);

}  // namespace indexcast
