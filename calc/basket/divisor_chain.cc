#include "calc/basket/divisor_chain.h"

#include <limits>

#include "calc/basket/uint256.h"

namespace indexcast {
namespace {

// a x b / c half up.
std::optional<Int128> scaled(Int128 a, Int128 b, Int128 c) {
  return divide_half_up(wide_product(static_cast<UInt128>(a), static_cast<UInt128>(b)),
                        UInt256{0, static_cast<UInt128>(c)});
}

}  // namespace

std::optional<Divisor> chain_divisor(Divisor old, Int128 cap_before, Int128 cap_after) {
  const auto raw = scaled(old.raw, cap_after, cap_before);
  if (!raw) return std::nullopt;
  return Divisor{*raw};
}

std::optional<Level> chain_level(Level previous, Int128 cap_before, Int128 cap) {
  const auto raw = scaled(previous.raw, cap, cap_before);
  if (!raw || *raw > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return Level{static_cast<std::int64_t>(*raw)};
}

}  // namespace indexcast
