// A definition from nothing (METHODOLOGY 3 and 7): target weights, or shares, free float and caps,
// at closes and rates. Pure. Control plane: allocates.
#pragma once

#include <optional>
#include <vector>

#include "calc/basket/cap_factors.h"
#include "calc/definition.h"

namespace indexcast {

struct NewMember {
  // security, line and close; calculation_shares too where the basket is made
  // from shares.
  Member member;
  Weight target{};            // before caps, where it is made from weights; of any sum
  Weight cap = kWholeBasket;  // at most this much
};

struct NewBasketInput {
  // Everything but divisor and members; previous_close is the base level.
  IndexDefinition head;
  std::vector<NewMember> members;
  // Made from weights: what all members are worth together at the closes, in 1e-6 of the index's
  // currency. Absent: made from shares.
  std::optional<Int128> capitalisation;
};

struct NewBasket {
  IndexDefinition definition;
  // In the members' order, 1e-10: what was wanted, caps met, and what the rounded shares and
  // factors give.
  std::vector<Weight> targets;
  std::vector<Weight> weights;
  Weight sum_of_targets{};  // as they were given, where it is made from weights
  int capping_rounds = 0;
};

struct NewBasketResult {
  NewBasket basket;                     // meaningless unless `faults` is empty
  std::vector<DefinitionFault> faults;  // line 0: the head
};

// From weights: calculation shares = target / sum of targets x capitalisation / (close x rate),
// half up to whole shares. From shares: as given. Then cap factors by METHODOLOGY 3, index shares,
// and the divisor that puts the closes at the base level. All faults at once.
NewBasketResult new_basket(const NewBasketInput& input);

}  // namespace indexcast
