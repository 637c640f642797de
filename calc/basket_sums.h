// The exact heart of the engine: prices and rates in, capitalisation sums and levels out, in
// integers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calc/level_divider.h"
#include "calc/universe.h"

namespace indexcast {

// Keeps sum(P_i * N_i * X) of every index as prices and rates change, one multiply-add per
// membership. Because the arithmetic is integer, the sums equal a recomputation from nothing bit
// for bit, whatever the order of the changes. One thread.
class BasketSums {
 public:
  // Starts every instrument at its reference price and every leg at its series' close. `universe`
  // outlives this.
  explicit BasketSums(const Universe& universe);

  Price price(InstrumentId id) const { return prices_[id]; }
  FxRate rate(std::uint32_t leg) const { return legs_[leg].rate; }
  // Scale kSumDecimals.
  Int128 sum(IndexId id) const { return indices_[id].sum; }
  LevelDivider::Result level(IndexId id) const {
    return indices_[id].divider.divide(indices_[id].sum);
  }

  // The hot path: a new price of one instrument, through every index that holds it.
  void set_price(InstrumentId id, Price price) {
    const Int128 change = price.raw - prices_[id].raw;
    prices_[id] = price;
    for (const Membership& m : universe_->memberships(id)) {
      LegSum& leg = legs_[m.leg];
      const Int128 cap = change * m.shares.raw;
      leg.total += cap;
      indices_[m.index].sum += cap * leg.rate.raw;
    }
  }

  // A new rate of one index's currency; touches no member.
  void set_rate(std::uint32_t leg, FxRate rate);

  // The sum of an index from its members' prices and its legs' rates alone.
  Int128 recompute(IndexId id) const;

 private:
  struct LegSum {
    Int128 total = 0;  // scale kCapDecimals
    FxRate rate{};
    IndexId index = 0;
  };
  struct IndexSum {
    Int128 sum = 0;
    LevelDivider divider;
  };

  const Universe* universe_;
  std::vector<Price> prices_;
  std::vector<LegSum> legs_;
  std::vector<IndexSum> indices_;
};

}  // namespace indexcast
