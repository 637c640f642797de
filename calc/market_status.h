// Index status from the states of its markets: the table of METHODOLOGY 5, and for a fund the rule
// of METHODOLOGY 9.
#pragma once

#include <cstdint>

#include "calc/event.h"
#include "calc/record.h"

namespace indexcast {

// A set of market phases, bit n = MarketPhase n.
using PhaseSet = std::uint32_t;

constexpr PhaseSet phase_bit(MarketPhase phase) { return 1u << static_cast<unsigned>(phase); }

// The first row that fits, markets that are shut today left out.
constexpr IndexStatus status_of(PhaseSet phases) {
  constexpr PhaseSet n = phase_bit(MarketPhase::pre_open);
  constexpr PhaseSet t = phase_bit(MarketPhase::trading);
  constexpr PhaseSet c = phase_bit(MarketPhase::closing);
  constexpr PhaseSet f = phase_bit(MarketPhase::closed);
  phases &= ~phase_bit(MarketPhase::shut_today);
  if ((phases & ~f) == 0) return IndexStatus::closed;
  if ((phases & ~(c | f)) == 0) return IndexStatus::preliminary_close;
  if ((phases & t) && (phases & n)) return IndexStatus::indicative;
  if (phases & t) return IndexStatus::open;
  if (phases == n) return IndexStatus::pre_open;
  return IndexStatus::scheduled_break;
}

// METHODOLOGY 5: FX freezes at the close of the last market, official prices come in or not. Of a
// fund too that is closed itself: the prices of a market that trades on still move it.
constexpr bool fx_stands(PhaseSet phases) {
  constexpr PhaseSet over = phase_bit(MarketPhase::closing) | phase_bit(MarketPhase::closed) |
                            phase_bit(MarketPhase::shut_today);
  return (phases & ~over) == 0;
}

// Status of a fund (METHODOLOGY 9): that of the market where it is listed, except that an open fund
// is indicative while a market that it prices has not opened, is over or is shut today. `phases`:
// of all markets that concern it.
constexpr IndexStatus fund_status_of(MarketPhase own, PhaseSet phases) {
  constexpr PhaseSet not_trading = phase_bit(MarketPhase::pre_open) |
                                   phase_bit(MarketPhase::closed) |
                                   phase_bit(MarketPhase::shut_today);
  const IndexStatus status = status_of(phase_bit(own));
  return status == IndexStatus::open && (phases & not_trading) ? IndexStatus::indicative : status;
}

}  // namespace indexcast
