#include "calc/basket_sums.h"

namespace indexcast {

BasketSums::BasketSums(const Universe& universe)
    : universe_(&universe), totals_(universe.legs().size()) {
  for (const Instrument& instrument : universe.instruments())
    prices_.push_back(instrument.reference_price);
  for (const Leg& leg : universe.legs()) rates_.push_back(leg.day_fx);
  for (InstrumentId id = 0; id < prices_.size(); ++id) {
    for (const Membership& m : universe.memberships(id))
      totals_[m.leg] += static_cast<Int128>(prices_[id].raw) * m.shares.raw;
  }
  for (IndexId id = 0; id < universe.indices().size(); ++id) {
    const IndexDefinition& definition = universe.indices()[id];
    Int128 sum = 0;
    for (const std::uint32_t leg : universe.legs_of(id)) {
      totals_[leg] += universe.constant_cash(leg);
      sum += totals_[leg] * rates_[leg].raw;
    }
    indices_.push_back({LevelDivider(definition.divisor, definition.decimals, sum * kLargestSum),
                        universe.legs_of(id).front(), universe.legs_of(id).back() + 1});
  }
}

Int128 BasketSums::recompute(IndexId id) const {
  Int128 sum = 0;
  for (const std::uint32_t leg : universe_->legs_of(id))
    sum += universe_->constant_cash(leg) * rates_[leg].raw;
  for (const InstrumentId member : universe_->members(id)) {
    const Membership& m = universe_->membership(member, id);
    sum += static_cast<Int128>(prices_[member].raw) * m.shares.raw * rates_[m.leg].raw;
  }
  return sum;
}

}  // namespace indexcast
