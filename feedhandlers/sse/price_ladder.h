// The price an SSE security contributes, phase by phase: METHODOLOGY 4 and section 5.3 of the
// protocol notes as a table.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "calc/event.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/mktdt_reader.h"

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

// The rows of METHODOLOGY 4 stand behind each letter of 5.1. D, B and V are older ones of the same
// streams. The after-hours stream has letters of its own (I, A, H, D, F), which never come here: it
// changes no price (5.3).
inline constexpr std::array kPhaseRules{
    // before its first trade today: previous close
    PhaseRule{'S', PriceRule::traded, InstrumentStatus::trading},
    // opening auction: previous close, and the auction price once entry 2 says it was matched
    PhaseRule{'C', PriceRule::traded, InstrumentStatus::trading},
    // between auction and continuous trading: auction price
    PhaseRule{'D', PriceRule::traded, InstrumentStatus::trading},
    // continuous trading: last trade
    PhaseRule{'T', PriceRule::traded, InstrumentStatus::trading},
    // break: last trade
    PhaseRule{'B', PriceRule::traded, InstrumentStatus::trading},
    // closing auction: last trade
    PhaseRule{'U', PriceRule::traded, InstrumentStatus::trading},
    // temporary halt, volatility interruption, halt to the close: last trade
    PhaseRule{'M', PriceRule::traded, InstrumentStatus::halted},
    PhaseRule{'V', PriceRule::traded, InstrumentStatus::halted},
    PhaseRule{'N', PriceRule::traded, InstrumentStatus::halted},
    // suspended: last trade if there was one today, else previous close; flagged
    PhaseRule{'P', PriceRule::traded, InstrumentStatus::suspended},
    // after the close: official close, else last trade, else previous close
    PhaseRule{'E', PriceRule::closed, std::nullopt},
};

// A blank or newer letter is priced as trading and changes no status.
inline constexpr PhaseRule kOtherPhase{'\0', PriceRule::traded, std::nullopt};

constexpr const PhaseRule& rule_of(char phase) {
  for (const PhaseRule& rule : kPhaseRules) {
    if (rule.phase == phase) return rule;
  }
  return kOtherPhase;
}

// What the ladder reads, from whichever source. Prices 1e-5, turnover 1e-2, volume in shares; 0
// says nothing, and so does a number at or beyond its overflow code.
struct Image {
  std::uint64_t pre_close = 0;
  std::uint64_t last = 0;
  std::uint64_t close = 0;
  std::uint64_t volume = 0;
  std::uint64_t turnover = 0;
};
Image image_of(const Snapshot& snapshot);
// A negative number is none that M102 could hold: it becomes its overflow code.
Image image_of(const MktdtRecord& record);

// Only in continuous trading do the first levels of a book stand for orders: in an auction they are
// virtual (2.4), and in a halt there are none.
constexpr bool has_quotes(char phase) { return phase == 'T'; }

// The best bid and ask of an image in `phase`; empty when a price there is none that the field can
// hold. A side without orders is absent or 0.
std::optional<feed::BestQuote> quote_of(const Snapshot& snapshot, char phase);
std::optional<feed::BestQuote> quote_of(const MktdtRecord& record, char phase);

// The price of an image by `rule`; empty when there is none to use. An overflow code where the
// ladder stops is not a reason to step further down: the security has traded, at a price that the
// field cannot hold.
std::optional<feed::TradedPrice> price_of(const Image& image, PriceRule rule);

}  // namespace indexcast::sse
