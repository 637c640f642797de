// What a member's index shares are made of (METHODOLOGY 2).
#pragma once

#include <limits>
#include <optional>

#include "calc/fixed_point.h"

namespace indexcast {

// Shares that count before any cap, 1e-6: total shares x float band, or what a provider states.
using CalculationShares = Fixed<struct CalculationSharesTag, 6>;
// What they are multiplied by to respect a cap, 1e-16; 1 for a name that no cap touches.
using CapFactor = Fixed<struct CapFactorTag, 16>;
inline constexpr CapFactor kUncapped{10'000'000'000'000'000};

// N = calculation shares x cap factor, half up to 1e-6; empty when it does not fit.
constexpr std::optional<IndexShares> index_shares(CalculationShares shares, CapFactor factor) {
  const Int128 rounded =
      divide_half_up(static_cast<Int128>(shares.raw) * factor.raw, pow10(CapFactor::kDecimals));
  if (rounded > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return IndexShares{static_cast<std::int64_t>(rounded)};
}

}  // namespace indexcast
