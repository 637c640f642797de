// Cap factors at a review (METHODOLOGY 3): no name weighs more than its own cap.
#pragma once

#include <span>
#include <vector>

#include "calc/basket/weight.h"
#include "calc/fixed_point.h"
#include "calc/index_shares.h"

namespace indexcast {

// A name before capping: capitalisation at the review's closes (scale kSumDecimals, positive) and
// the most that it may weigh, up to kWholeBasket, which is no cap.
struct CappedName {
  Int128 capitalisation = 0;
  Weight cap = kWholeBasket;
};

struct CapFactors {
  // One for each name, in their order; kUncapped where its cap does not touch it. Empty when the
  // caps cannot be met.
  std::vector<CapFactor> factors;
  // What each weighs with its exact factor, half up to 1e-10; the factors' rounding moves it less.
  std::vector<Weight> weights;
  // Rounds in which at least one name had to be capped.
  int rounds = 0;
  // Sum of all caps; below kWholeBasket no basket meets them.
  Weight sum_of_caps{};
};

// K_i = w_i x U / ((1 - W) x capitalisation_i), where U is the capitalisation of the uncapped names
// and W the sum of the caps of the capped ones; names whose weight exceeds their cap join the
// capped ones until none does. Whether a name exceeds is decided in exact integers; K is rounded
// half up to 1e-16 once, at the end, so that a capped name weighs its cap to that precision. Every
// K is at most 1.
CapFactors cap_factors(std::span<const CappedName> names);

}  // namespace indexcast
