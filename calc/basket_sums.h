// The exact heart of the engine: prices and rates in, capitalisation sums and levels out, in
// integers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calc/level_divider.h"
#include "calc/universe.h"

namespace indexcast {

// Keeps sum(P_i * N_i) of every leg (an index's members of one currency, and its constant cash of
// it) as prices change, one multiply-add per membership; an index's sum(P_i * N_i * X) is made of
// its legs when it is asked for. Because the arithmetic is integer, the sums equal a recomputation
// from nothing bit for bit, whatever the order of the changes. One thread.
class BasketSums {
 public:
  // Starts every instrument at its reference price and every leg at its day_fx. `universe`
  // outlives this.
  explicit BasketSums(const Universe& universe);

  Price price(InstrumentId id) const { return prices_[id]; }
  FxRate rate(std::uint32_t leg) const { return rates_[leg]; }
  // Returns the value of a leg's members without its constant cash; scale kCapDecimals.
  Int128 priced(std::uint32_t leg) const { return totals_[leg] - universe_->constant_cash(leg); }
  // The same with its constant cash.
  Int128 total(std::uint32_t leg) const { return totals_[leg]; }
  // Scale kSumDecimals.
  Int128 sum(IndexId id) const {
    const IndexRow& row = indices_[id];
    Int128 sum = 0;
    for (std::uint32_t leg = row.first_leg; leg < row.end_leg; ++leg)
      sum += times(totals_[leg], static_cast<std::uint64_t>(rates_[leg].raw));
    return sum;
  }
  LevelDivider::Result level(IndexId id) const { return divide(id, sum(id)); }
  // The level of an index at another sum.
  LevelDivider::Result divide(IndexId id, Int128 sum) const {
    return indices_[id].divider.divide(sum);
  }

  // Says that the level of an index will be asked for soon.
  void prefetch(IndexId id) const { __builtin_prefetch(&indices_[id]); }

  // The hot path: a new price of one instrument, through every index that holds it.
  void set_price(InstrumentId id, Price price) {
    const std::int64_t change = price.raw - prices_[id].raw;
    prices_[id] = price;
    for (const Membership& m : universe_->memberships(id))
      totals_[m.leg] += static_cast<Int128>(change) * m.shares.raw;
  }

  // A new rate of one index's currency; touches no member.
  void set_rate(std::uint32_t leg, FxRate rate) { rates_[leg] = rate; }

  // The sum of an index from its constant cash, its members' prices and its legs' rates alone.
  Int128 recompute(IndexId id) const;

 private:
  // What a level needs beside its legs, a cache line.
  struct IndexRow {
    LevelDivider divider;
    std::uint32_t first_leg = 0;
    std::uint32_t end_leg = 0;
  };
  static_assert(sizeof(IndexRow) <= 64);

  const Universe* universe_;
  std::vector<Price> prices_;
  // Of each leg. Apart from the rates, so that what a price writes to is packed: four legs to a
  // cache line.
  std::vector<Int128> totals_;  // scale kCapDecimals
  std::vector<FxRate> rates_;
  std::vector<IndexRow> indices_;
};

}  // namespace indexcast
