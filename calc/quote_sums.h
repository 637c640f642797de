// What the members of an index are bid and asked, in exact integers: the sums of METHODOLOGY 5,
// "Bid and ask", for the indices that ask for them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "calc/basket_sums.h"
#include "calc/universe.h"

namespace indexcast {

enum class QuoteSide : std::uint8_t { bid = 0, ask = 1 };
inline constexpr std::array kQuoteSides{QuoteSide::bid, QuoteSide::ask};

// Keeps sum(side_i * N_i) of every leg for each side, as BasketSums does for prices, over the
// memberships of indices with `bid_ask` alone. It has no rates of its own: those of the level are
// in force for both sides too. One thread; allocates at construction only.
class QuoteSums {
 public:
  // Starts both sides of every instrument at its reference price. `universe` outlives this.
  explicit QuoteSums(const Universe& universe);

  // The places in universe.memberships() of the indices that ask for an instrument's quotes.
  std::span<const std::uint32_t> holders(InstrumentId id) const {
    return std::span(places_).subspan(rows_[id], rows_[id + 1] - rows_[id]);
  }
  bool wanted(InstrumentId id) const { return rows_[id] != rows_[id + 1]; }

  Price price(InstrumentId id, QuoteSide side) const { return of(side).prices[id]; }
  void set_price(InstrumentId id, QuoteSide side, Price price);

  // Of an index that asks, scale kSumDecimals, at the rates of `level`.
  Int128 sum(IndexId id, QuoteSide side, const BasketSums& level) const;
  // The same from its constant cash and its members' sides alone.
  Int128 recompute(IndexId id, QuoteSide side, const BasketSums& level) const;

 private:
  struct Side {
    std::vector<Price> prices;   // of each instrument
    std::vector<Int128> totals;  // of each leg, scale kCapDecimals
  };

  Side& of(QuoteSide side) { return sides_[static_cast<std::size_t>(side)]; }
  const Side& of(QuoteSide side) const { return sides_[static_cast<std::size_t>(side)]; }
  void init_holders();
  void add_up(Side& side);

  const Universe* universe_;
  std::vector<std::uint32_t> rows_{0};  // where each instrument's places begin, and where all end
  std::vector<std::uint32_t> places_;
  std::array<Side, kQuoteSides.size()> sides_;
};

}  // namespace indexcast
