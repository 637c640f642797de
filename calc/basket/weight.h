// What part of a basket a member is.
#pragma once

#include <vector>

#include "calc/definition.h"

namespace indexcast {

// 1e-10 of the whole: "7.5 %" is 750,000,000.
using Weight = Fixed<struct WeightTag, 10>;
inline constexpr Weight kWholeBasket{10'000'000'000};

// The part that `capitalisation` is of `total`, half up; 0 <= capitalisation <= total, total
// positive.
Weight weight_of(Int128 capitalisation, Int128 total);

// Each member's part at base prices and close_fx, in their order, of a definition that passed
// check_definition.
std::vector<Weight> base_weights(const IndexDefinition& definition);

}  // namespace indexcast
