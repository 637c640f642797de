// The price an SZSE security contributes and what its phase says, phase by phase: METHODOLOGY 4 and
// section 4.2 of the protocol notes as a table.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "calc/event.h"
#include "feedhandlers/common/venue_events.h"
#include "feedhandlers/szse/decoder.h"

namespace indexcast::szse {

enum class PriceRule : std::uint8_t {
  traded,  // entry 2, else PrevClosePx; never a bid or ask level, which is virtual in an auction
  closed,  // the same, and whichever it is, it is the close
};

struct PhaseRule {
  char phase;  // first character of TradingPhaseCode, 3.2
  PriceRule price;
  std::optional<InstrumentStatus> status;  // unless the second character says halted all day
  std::optional<MarketPhase> market;       // what the market is in when its sentinels are in this
};

inline constexpr std::array kPhaseRules{
    PhaseRule{'S', PriceRule::traded, InstrumentStatus::trading, MarketPhase::pre_open},
    PhaseRule{'O', PriceRule::traded, InstrumentStatus::trading, MarketPhase::pre_open},
    PhaseRule{'T', PriceRule::traded, InstrumentStatus::trading, MarketPhase::trading},
    PhaseRule{'B', PriceRule::traded, InstrumentStatus::trading, MarketPhase::scheduled},
    PhaseRule{'C', PriceRule::traded, InstrumentStatus::trading, MarketPhase::trading},
    PhaseRule{'H', PriceRule::traded, InstrumentStatus::halted, MarketPhase::trading},
    PhaseRule{'V', PriceRule::traded, InstrumentStatus::halted, MarketPhase::trading},
    PhaseRule{'E', PriceRule::closed, InstrumentStatus::trading, MarketPhase::closing},
};

// Letters of other streams or later versions are priced as trading and change nothing else.
inline constexpr PhaseRule kOtherPhase{'\0', PriceRule::traded, std::nullopt, std::nullopt};

constexpr const PhaseRule& rule_of(char phase) {
  for (const PhaseRule& rule : kPhaseRules) {
    if (rule.phase == phase) return rule;
  }
  return kOtherPhase;
}

// Second character of TradingPhaseCode, 3.3.
constexpr bool halted_all_day(std::string_view trading_phase_code) {
  return trading_phase_code[1] == '1';
}

// The price of a snapshot by `rule`; empty when there is none to use. An overflow code where the
// ladder stops is not a reason to step further down: the security has traded, at a price that the
// field cannot hold.
std::optional<feed::TradedPrice> price_of(const Snapshot& snapshot, PriceRule rule);

}  // namespace indexcast::szse
