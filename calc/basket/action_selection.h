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

// Returns each action as due, as skipped (counted) or as a fault. An action is due when its date is
// that of the roll; a suspension, when its date is that of today's definition. Faults: a date
// between these two days, which no definition would include; a decision about the index with
// another date; a suspension with another date of a member without a close; a payment that may
// repeat another one.
ActionSelection select_actions(const RollInput& input);

}  // namespace indexcast
