// What the engine remembers of quotes: those of an instrument, and the levels that an index made of
// them.
#pragma once

#include <array>
#include <cstdint>

#include "calc/channel_states.h"
#include "calc/fixed_point.h"
#include "calc/market_state.h"
#include "calc/price_collar.h"
#include "calc/quote_sums.h"

namespace indexcast {

// Its best quotes as last said today, 1e-6; 0 = that side is empty.
struct InstrumentQuote {
  bool known = false;  // the feed says how its book stands
  Price bid{};
  Price ask{};
  ChannelStates::Slot channel = ChannelStates::kWholeFeed;  // that said it
  std::array<bool, kQuoteSides.size()> counted{};           // in its indices' weights, by side
};

// Of an index with `bid_ask`.
struct IndexQuotes {
  // As last published.
  Level bid{};
  Level ask{};
  std::array<std::uint64_t, kQuoteSides.size()> quoted_units{};  // of its members, by side
  // A side of a member has moved since they were derived.
  bool due = false;
};

// What one side of a member contributes, and whether that is a quote.
struct MemberSide {
  Price price{};
  bool quoted = false;
};

// A quote that may be used: of a book that is not crossed, positive where it is not empty, no
// overflow code, not beyond 1000 x the day's `reference`, inside the exchange's limit prices of the
// day. A locked book (bid = ask) is sense: it stands for moments where orders meet.
constexpr bool is_usable_quote(Price bid, Price ask, Price reference, const PriceCollar& collar) {
  const auto usable = [&](Price side) {
    return side.raw == 0 || (side.raw > 0 && side.raw / kPriceBound <= reference.raw &&
                             !is_overflow_code(side) && collar.within_limits(side));
  };
  const bool crossed = bid.raw != 0 && ask.raw != 0 && bid > ask;
  return usable(bid) && usable(ask) && !crossed;
}

// METHODOLOGY 5: the best quote; where nobody quotes on that side, the exchange's limit price of
// it, else `in_force`.
constexpr MemberSide side_of(Price quote, Price limit, Price in_force) {
  if (quote.raw != 0) return {quote, true};
  return {limit.raw != 0 ? limit : in_force, false};
}

}  // namespace indexcast
