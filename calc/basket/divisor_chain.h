// The divisor from one day to the next (METHODOLOGY 3), and the chain form of a level.
#pragma once

#include <optional>

#include "calc/fixed_point.h"

namespace indexcast {

// D_new = D_old x cap_after / cap_before with 16 decimals, half up, through 256 bits. Both
// capitalisations are positive, at the same closes and rates, in the same scale. Empty when the
// result does not fit. Exactly D_old where the capitalisations are equal.
std::optional<Divisor> chain_divisor(Divisor old, Int128 cap_before, Int128 cap_after);

// L = previous x cap / cap_before, half up to the places of `previous`: equal to the divisor form
// where `cap` is the capitalisation at base prices, because the level there is `previous`. During a
// day it may differ in the last digit. Empty when it does not fit.
std::optional<Level> chain_level(Level previous, Int128 cap_before, Int128 cap);

}  // namespace indexcast
