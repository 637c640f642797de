// Index status from the states of its markets: the table of METHODOLOGY 5.
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

}  // namespace indexcast
