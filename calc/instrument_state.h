// What the engine remembers of one instrument beside its price.
#pragma once

#include <cstdint>

#include "calc/event.h"
#include "calc/market_state.h"
#include "calc/price_collar.h"

namespace indexcast {

// Properties of a member, bits. An index sums the weights of the first five (METHODOLOGY 8 shows
// four), and counts the members that have the next five; a market, and an index of each of its
// markets, counts the last. All follow from
// the states of instrument, channel and market alone, so they can be recomputed at any time.
enum MemberFlags : std::uint16_t {
  kOpened = 1u << 0,      // has a price of today: traded, nominal or close
  kFresh = 1u << 1,       // received today, and current on its channel
  kSuspended = 1u << 2,   // suspended all day
  kLive = 1u << 3,        // fresh, and neither halted nor suspended
  kOutOfTouch = 1u << 4,  // its channel is down, connecting or stale while its market is not over
  kIncomplete = 1u << 5,  // its channel lost something and no price came since, likewise
  kAwaited = 1u << 6,     // holds the open back
  kMismatched = 1u << 7,  // the exchange's previous close or limits contradict the reference price
  kOverridden = 1u << 8,  // an operator's price is in force
  kPending = 1u << 9,     // a price of it waits outside its collar
  kCloseAwaited = 1u << 10,  // its close is not in, and it is neither halted nor suspended
};
inline constexpr unsigned kWeightBits = 5;
inline constexpr unsigned kIndexBits = 10;

struct InstrumentState {
  PriceKind kind = PriceKind::previous_close;
  InstrumentStatus status = InstrumentStatus::trading;
  bool received_today = false;  // any price message today
  bool received_after_open =
      false;  // one that counts for the open: a price of today, or any after its market's auction
  bool has_close = false;
  bool pending = false;  // a price waits outside the collar
  bool resumed = false;  // was suspended earlier today
  // A price of today came before, under guard_epoch and on guard_channel.
  bool guard_armed = false;
  ChannelStates::Slot guard_channel = ChannelStates::kWholeFeed;
  bool limits_mismatch = false;     // the exchange's limit prices do not enclose `base`
  bool reference_mismatch = false;  // the exchange's previous close differs, unconfirmed
  bool overridden = false;          // an operator's price is in force
  bool quotes_wanted = false;       // an index that holds it has a bid and ask level
  bool refused = false;  // its channel brings only prices that are refused (METHODOLOGY 4, Order)
  bool unheard = false;  // no price since its channel lost something; counts in gap, recovering
  bool quote_unheard = false;  // the same of its quote's channel, and its quote
  // Channel that last gave it a price of today; the feed as a whole before that.
  ChannelStates::Slot channel = ChannelStates::kWholeFeed;
  std::uint16_t member_flags = 0;  // bits of MemberFlags
  std::int64_t turnover = 0;       // cumulative, 1e-4 of the listing currency
  // The feed's last usable price, in force unless overridden; the reference price at first.
  Price usable{};
  // The collar's centre: the last usable price of today, `base` before the first one.
  Price centre{};
  // Where the day began: the reference price, or a previous close of the exchange far from it that
  // an operator confirmed.
  Price base{};
  Price claimed_close{};    // the exchange's latest that is not the reference price
  Price confirmed_close{};  // the one that an operator said is right
  Price late_close{};       // an official close that came after a level closed without it
  // How far the price in force may be wrong, 1e-6. The distance to the price that waits and the
  // distance of an unconfirmed claimed close from the reference price are added.
  std::uint64_t doubt = 0;
  std::uint32_t guard_epoch = 0;
  PriceCollar collar;
  std::uint32_t control_version = 0;  // controls applied to it

  constexpr bool suspended() const { return status == InstrumentStatus::suspended; }
  // It has a price of today.
  constexpr bool opened() const { return kind != PriceKind::previous_close; }
};

// The flags that follow from a state and its market. Without branches, because every price derives
// them.
constexpr std::uint16_t member_flags_of(const InstrumentState& state, const MarketState& market) {
  const FeedState channel = market.channels.of(state.channel);
  const bool suspended = state.suspended();
  const bool current = market.channels.is_current(state.channel, state.unheard) & !state.refused;
  const bool lossy = (channel == FeedState::gap) | (channel == FeedState::recovering) |
                     ((channel == FeedState::live) & state.refused);
  const bool fresh = state.received_today & current;
  const bool awaits_close = !state.has_close & (state.status == InstrumentStatus::trading);
  // Nothing more is missed of a member whose close is in, or which awaits none.
  const bool expected = (!market.over()) & ((market.phase != MarketPhase::closing) | awaits_close);
  const bool shut = market.phase == MarketPhase::shut_today;
  const auto bit = [](bool holds, MemberFlags flag) {
    return static_cast<std::uint32_t>(holds) * flag;
  };
  return static_cast<std::uint16_t>(
      bit(state.opened(), kOpened) | bit(fresh, kFresh) | bit(suspended, kSuspended) |
      bit(fresh & (state.status == InstrumentStatus::trading), kLive) |
      bit((!state.received_after_open | state.pending) & !suspended & !shut, kAwaited) |
      bit(expected & !current & !lossy, kOutOfTouch) |
      bit(expected & !current & lossy, kIncomplete) |
      bit(state.reference_mismatch | state.limits_mismatch, kMismatched) |
      bit(state.overridden, kOverridden) | bit(state.pending, kPending) |
      bit(awaits_close, kCloseAwaited));
}

}  // namespace indexcast
