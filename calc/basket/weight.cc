#include "calc/basket/weight.h"

#include "calc/basket/uint256.h"

namespace indexcast {

Weight weight_of(Int128 capitalisation, Int128 total) {
  const auto rounded = divide_half_up(
      wide_product(static_cast<UInt128>(capitalisation), static_cast<UInt128>(kWholeBasket.raw)),
      UInt256{0, static_cast<UInt128>(total)});
  return {static_cast<std::int64_t>(rounded.value_or(0))};
}

std::vector<Weight> base_weights(const IndexDefinition& definition) {
  const Int128 total = base_capitalisation(definition);
  std::vector<Weight> weights;
  for (const Member& member : definition.members) {
    const Int128 cap = static_cast<Int128>(member.base_price.raw) * member.shares.raw *
                       close_rate(definition, member.currency()).raw;
    weights.push_back(weight_of(cap, total));
  }
  return weights;
}

}  // namespace indexcast
