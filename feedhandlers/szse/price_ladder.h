// What a TradingPhaseCode means for a security's price, its status and its market: METHODOLOGY 4
// and 5 and sections 3.2, 3.3 and 4.2 of the protocol notes as a table.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "calc/event.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::szse {

enum class PriceRule : std::uint8_t {
  traded,  // entry 2, else PrevClosePx; never a bid or ask level, which is virtual in an auction
  closed,  // the same, and whichever it is, it is the close
};

struct PhaseRule {
  char phase;  // first character of TradingPhaseCode, 3.2
  char halt;   // second character, 3.3: 1 = halted all day
  PriceRule price;
  std::optional<InstrumentStatus> status;
  std::optional<MarketPhase> market;  // where the market is once its sentinels are in this row
};

// clang-format off
inline constexpr std::array kPhaseRules{
    // before the open: orders are not taken yet
    PhaseRule{'S', '0', PriceRule::traded, InstrumentStatus::trading,   MarketPhase::pre_open},
    PhaseRule{'S', '1', PriceRule::traded, InstrumentStatus::suspended, MarketPhase::pre_open},
    // opening call auction: the virtual price stands in bid 1 and ask 1, and is never used
    PhaseRule{'O', '0', PriceRule::traded, InstrumentStatus::trading,   MarketPhase::pre_open},
    PhaseRule{'O', '1', PriceRule::traded, InstrumentStatus::suspended, MarketPhase::pre_open},
    // continuous trading
    PhaseRule{'T', '0', PriceRule::traded, InstrumentStatus::trading,   MarketPhase::trading},
    PhaseRule{'T', '1', PriceRule::traded, InstrumentStatus::suspended, MarketPhase::trading},
    // 09:25-09:30 and lunch
    PhaseRule{'B', '0', PriceRule::traded, InstrumentStatus::trading,   MarketPhase::scheduled},
    PhaseRule{'B', '1', PriceRule::traded, InstrumentStatus::suspended, MarketPhase::scheduled},
    // closing call auction: the last trade stays
    PhaseRule{'C', '0', PriceRule::traded, InstrumentStatus::trading,   MarketPhase::trading},
    PhaseRule{'C', '1', PriceRule::traded, InstrumentStatus::suspended, MarketPhase::trading},
    // temporary halt
    PhaseRule{'H', '0', PriceRule::traded, InstrumentStatus::halted,    MarketPhase::trading},
    PhaseRule{'H', '1', PriceRule::traded, InstrumentStatus::suspended, MarketPhase::trading},
    // volatility interruption
    PhaseRule{'V', '0', PriceRule::traded, InstrumentStatus::halted,    MarketPhase::trading},
    PhaseRule{'V', '1', PriceRule::traded, InstrumentStatus::suspended, MarketPhase::trading},
    // closed: entry 2 has become the close
    PhaseRule{'E', '0', PriceRule::closed, InstrumentStatus::trading,   MarketPhase::closing},
    PhaseRule{'E', '1', PriceRule::closed, InstrumentStatus::suspended, MarketPhase::closing},
    // after-hours trading, of other streams only (3.2): trades at the close change nothing
    PhaseRule{'A', '0', PriceRule::traded, std::nullopt,                std::nullopt},
    PhaseRule{'A', '1', PriceRule::traded, InstrumentStatus::suspended, std::nullopt},
};
// clang-format on

// Letters of a later version are priced as trading and change nothing but a halt of the whole day.
inline constexpr PhaseRule kOtherPhase{'\0', '0', PriceRule::traded, std::nullopt, std::nullopt};
inline constexpr PhaseRule kOtherPhaseHalted{'\0', '1', PriceRule::traded,
                                             InstrumentStatus::suspended, std::nullopt};

// `trading_phase_code` has two characters at least; any second one but 1 is 0.
constexpr const PhaseRule& rule_of(std::string_view trading_phase_code) {
  const char halt = trading_phase_code[1] == '1' ? '1' : '0';
  for (const PhaseRule& rule : kPhaseRules) {
    if (rule.phase == trading_phase_code[0] && rule.halt == halt) return rule;
  }
  return halt == '1' ? kOtherPhaseHalted : kOtherPhase;
}

// The tick of a share, 0.01 in 1e-6. A lower limit of one tick says "none" (3.1), and as a limit it
// could keep nothing out.
inline constexpr std::int64_t kSharePriceTick = 10'000;

// What a 300111 says of prices.
struct Quotation {
  std::optional<feed::TradedPrice> price;   // empty: none to use
  std::optional<feed::PriceLimits> limits;  // empty: the snapshot has neither xe nor xf
};

// A quotation's price by `rule`; the error of its entries. An overflow code where the ladder stops
// is not a reason to step further down: the security has traded, at a price that the field cannot
// hold. The sentinels of xe and xf (3.1), and what is no price, are no limits; that of xe says that
// the security has none today.
feed::DecodeError quotation_of(const Snapshot& snapshot, PriceRule rule, Quotation& out);

// The best bid and ask of a snapshot whose entries fit; empty when a price there is none that the
// field can hold. Only in continuous trading do the first levels stand for orders: in an auction
// they are virtual (3.1).
std::optional<feed::BestQuote> quote_of(const Snapshot& snapshot);

}  // namespace indexcast::szse
