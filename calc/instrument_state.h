// What the engine remembers of one instrument beside its price.
#pragma once

#include <cstdint>

#include "calc/event.h"

namespace indexcast {

// Which of an index's weights (METHODOLOGY 8) a member counts towards; bits.
enum Standing : std::uint8_t {
  kOpened = 1u << 0,     // has a price of today: traded, nominal or close
  kFresh = 1u << 1,      // heard today, and its feed is live
  kSuspended = 1u << 2,  // suspended all day
  kLive = 1u << 3,       // fresh, and neither halted nor suspended
};
inline constexpr unsigned kStandingBits = 4;

struct InstrumentState {
  PriceKind kind = PriceKind::previous_close;
  InstrumentStatus status = InstrumentStatus::trading;
  bool heard = false;  // any price message today
  bool heard_after_open =
      false;  // one that counts for the open: a price of today, or any after its market's auction
  bool has_close = false;
  bool reference_mismatch =
      false;  // the exchange's previous close is not the definition's reference price
  std::uint8_t standing = 0;  // bits of Standing
  std::int64_t turnover = 0;  // cumulative, 1e-4 of the listing currency

  constexpr bool suspended() const { return status == InstrumentStatus::suspended; }
};

// The standing that follows from a state and its feed.
constexpr std::uint8_t standing_of(const InstrumentState& state, bool feed_live) {
  std::uint8_t bits = 0;
  if (state.kind != PriceKind::previous_close) bits |= kOpened;
  if (state.suspended()) bits |= kSuspended;
  if (state.heard && feed_live) {
    bits |= kFresh;
    if (state.status == InstrumentStatus::trading) bits |= kLive;
  }
  return bits;
}

}  // namespace indexcast
