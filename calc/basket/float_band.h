// How much of a company's shares counts (METHODOLOGY 3, float bands).
#pragma once

#include <cstdint>
#include <optional>

#include "calc/index_shares.h"

namespace indexcast {

// The band of free / total in percent: up to 15 % the next whole percent, then 20, 30, ... 80, and
// 100 above that; an exact multiple stays where it is. 0 < free <= total, both in the same unit.
int float_band_percent(std::int64_t free, std::int64_t total);

// total x band, exactly where the total has at most four places and half up to 1e-6 otherwise.
// Empty unless 0 < free <= total.
std::optional<CalculationShares> float_adjusted(CalculationShares free, CalculationShares total);

}  // namespace indexcast
