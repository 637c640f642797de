// The price an SSE security contributes, phase by phase: METHODOLOGY 4 and section 5.3 of the
// protocol notes as a table.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "calc/event.h"
#include "feedhandlers/common/venue_events.h"
#include "feedhandlers/sse/decoder.h"

namespace indexcast::sse {

enum class PriceRule : std::uint8_t {
  traded,  // entry 2, else PreClosePx; never a bid or ask level, which is virtual in an auction
  closed,  // entry 5, else entry 2, else PreClosePx, and whichever it is, it is the close
};

struct PhaseRule {
  char phase;  // first character of TradingPhaseCode, 5.1
  PriceRule price;
  std::optional<InstrumentStatus> status;  // empty: says nothing new
};

inline constexpr std::array kPhaseRules{
    PhaseRule{'S', PriceRule::traded, InstrumentStatus::trading},
    PhaseRule{'C', PriceRule::traded, InstrumentStatus::trading},
    PhaseRule{'T', PriceRule::traded, InstrumentStatus::trading},
    PhaseRule{'U', PriceRule::traded, InstrumentStatus::trading},
    PhaseRule{'M', PriceRule::traded, InstrumentStatus::halted},
    PhaseRule{'N', PriceRule::traded, InstrumentStatus::halted},
    PhaseRule{'P', PriceRule::traded, InstrumentStatus::suspended},
    PhaseRule{'E', PriceRule::closed, std::nullopt},
};

// Older and newer letters exist (5.1): they are priced as trading and change no status.
inline constexpr PhaseRule kOtherPhase{'\0', PriceRule::traded, std::nullopt};

constexpr const PhaseRule& rule_of(char phase) {
  for (const PhaseRule& rule : kPhaseRules) {
    if (rule.phase == phase) return rule;
  }
  return kOtherPhase;
}

// The price of a snapshot by `rule`; empty when there is none to use. An overflow code where the
// ladder stops is not a reason to step further down: the security has traded, at a price that the
// field cannot hold.
std::optional<feed::TradedPrice> price_of(const Snapshot& snapshot, PriceRule rule);

}  // namespace indexcast::sse
