#include "calc/quote_sums.h"

namespace indexcast {

QuoteSums::QuoteSums(const Universe& universe) : universe_(&universe) {
  init_holders();
  for (Side& side : sides_) add_up(side);
}

void QuoteSums::init_holders() {
  for (InstrumentId id = 0; id < universe_->instruments().size(); ++id) {
    auto place = static_cast<std::uint32_t>(universe_->first_membership(id));
    for (const Membership& m : universe_->memberships(id)) {
      if (universe_->indices()[m.index].bid_ask) places_.push_back(place);
      ++place;
    }
    rows_.push_back(static_cast<std::uint32_t>(places_.size()));
  }
}

void QuoteSums::add_up(Side& side) {
  for (const Leg& leg : universe_->legs()) side.totals.push_back(leg.constant_cash);
  for (InstrumentId id = 0; id < universe_->instruments().size(); ++id) {
    const Price price = universe_->instruments()[id].reference_price;
    side.prices.push_back(price);
    for (const std::uint32_t place : holders(id)) {
      const Membership& m = universe_->memberships()[place];
      side.totals[m.leg] += static_cast<Int128>(price.raw) * m.shares.raw;
    }
  }
}

void QuoteSums::set_price(InstrumentId id, QuoteSide which, Price price) {
  Side& side = of(which);
  const std::int64_t change = price.raw - side.prices[id].raw;
  side.prices[id] = price;
  for (const std::uint32_t place : holders(id)) {
    const Membership& m = universe_->memberships()[place];
    side.totals[m.leg] += static_cast<Int128>(change) * m.shares.raw;
  }
}

Int128 QuoteSums::sum(IndexId id, QuoteSide side, const BasketSums& level) const {
  Int128 sum = 0;
  for (const std::uint32_t leg : universe_->legs_of(id))
    sum += of(side).totals[leg] * level.rate(leg).raw;
  return sum;
}

Int128 QuoteSums::recompute(IndexId id, QuoteSide side, const BasketSums& level) const {
  Int128 sum = 0;
  for (const std::uint32_t leg : universe_->legs_of(id))
    sum += universe_->constant_cash(leg) * level.rate(leg).raw;
  for (const InstrumentId member : universe_->members(id)) {
    const Membership& m = universe_->membership(member, id);
    sum += static_cast<Int128>(price(member, side).raw) * m.shares.raw * level.rate(m.leg).raw;
  }
  return sum;
}

}  // namespace indexcast
