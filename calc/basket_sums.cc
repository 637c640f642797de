#include "calc/basket_sums.h"

namespace indexcast {
namespace {

// A sum may reach this multiple of the reference capitalisation; check_definition has made sure
// that it fits.
constexpr Int128 kHeadroom = 1000;

}  // namespace

BasketSums::BasketSums(const Universe& universe) : universe_(&universe) {
  for (const Instrument& instrument : universe.instruments())
    prices_.push_back(instrument.reference_price);
  for (const Leg& leg : universe.legs()) {
    legs_.push_back({0, universe.series()[leg.series].close, leg.index});
  }
  for (InstrumentId id = 0; id < prices_.size(); ++id) {
    for (const Membership& m : universe.memberships(id)) {
      legs_[m.leg].total += static_cast<Int128>(prices_[id].raw) * m.shares.raw;
    }
  }
  for (IndexId id = 0; id < universe.indices().size(); ++id) {
    const IndexDefinition& definition = universe.indices()[id];
    Int128 sum = 0;
    for (const std::uint32_t leg : universe.legs_of(id))
      sum += legs_[leg].total * legs_[leg].rate.raw;
    indices_.push_back(
        {sum, LevelDivider(definition.divisor, definition.decimals, sum * kHeadroom)});
  }
}

void BasketSums::set_rate(std::uint32_t leg_id, FxRate rate) {
  LegSum& leg = legs_[leg_id];
  indices_[leg.index].sum += leg.total * (rate.raw - leg.rate.raw);
  leg.rate = rate;
}

Int128 BasketSums::recompute(IndexId id) const {
  Int128 sum = 0;
  for (const InstrumentId member : universe_->members(id)) {
    for (const Membership& m : universe_->memberships(member)) {
      if (m.index != id) continue;
      sum += static_cast<Int128>(prices_[member].raw) * m.shares.raw * legs_[m.leg].rate.raw;
    }
  }
  return sum;
}

}  // namespace indexcast
