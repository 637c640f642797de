// From one day's definition to the next one's (METHODOLOGY 3 and 7): closes and corporate actions
// in, tomorrow's definition out, with the proof that the level goes on without a jump. Pure: no
// file, no clock. Control plane: allocates.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calc/basket/corporate_action.h"
#include "calc/basket/ex_price.h"
#include "calc/definition.h"

namespace indexcast {

struct OfficialClose {
  std::string symbol;
  Price price{};
  TickSize tick{};  // of this share; zero: that of its market
  int line = 0;
};

// How a market quotes.
struct TickRule {
  // Closes and published ex-prices are multiples of it, unless a share's own tick is given;
  // positive.
  TickSize tick{1};
  // Whether the exchange publishes an ex-price, rounded to the share's tick, without being asked.
  // Where it does not, a reference price is rounded to `tick`, whatever the share's own.
  bool publishes_ex_price = false;
  // Ticks by the first digits of a code, for example of funds; the first match counts.
  std::vector<std::pair<std::string, TickSize>> by_code = {};
};

struct RollInput {
  IndexDefinition today;  // passed check_definition
  Date date = 0;          // of tomorrow's definition
  std::array<TickRule, kMaxMarkets> ticks;
  std::vector<OfficialClose> closes;  // of today; more than the members are no fault
  // By currency, where they are not the default. The rates that today's closing level was published
  // with: by default today's day_fx, as in mode fixed. With fx_in_divisor that is the only one.
  std::map<std::string, FxRate> close_fx = {};
  // The rates that tomorrow starts at: by default those of today's close. With fx_in_divisor the
  // divisor takes them in.
  std::map<std::string, FxRate> day_fx = {};
  // May hold a whole season: actions of other days and of no member are counted and skipped.
  std::vector<CorporateAction> actions;
  std::optional<Review> review;
  // Today's official closing level as published; without it, what the closes give.
  std::optional<Level> closing_level;
};

// Where the cause of a fault stands.
enum class RollFile : std::uint8_t { command, definition, closes, actions };

struct RollFault {
  RollFile file = RollFile::command;
  int line = 0;
  std::string key;
  std::string what;
  int actions_file = 0;  // with RollFile::actions: which of them
};

// One event, and what it does to the basket at the same closes and rates. Capitalisations have
// scale kSumDecimals.
struct RollStep {
  std::string what;
  int line = 0;
  Int128 cap_before = 0;
  Int128 cap_after = 0;
  Divisor divisor_before{};
  Divisor divisor_after{};
  Level unadjusted{};  // the level if the divisor stayed
  Level level{};       // the level with the divisor after
};

struct Roll {
  IndexDefinition tomorrow;
  std::vector<RollStep> steps;
  Int128 closing_cap = 0;  // today's basket at today's closes and rates
  Level closing_level{};   // what it gives under today's divisor
  Level gate_level{};      // tomorrow's basket at base prices under tomorrow's divisor
  Level chain_level{};     // the same in chain form (METHODOLOGY 2)
  // Tomorrow's basket where trading starts, at day_fx and lower by cash that goes ex: both forms,
  // which may differ in the last digit, because the chain starts from a rounded level.
  Level reference_level{};
  Level chain_reference_level{};
  // How far day_fx instead of close_fx moves the level by at base prices, in 0.01 bp, half away
  // from zero.
  std::int64_t day_fx_move = 0;
  std::size_t foreign_closes = 0;  // closes of no member
  std::size_t applied_actions = 0;
  SkipCounts skipped_actions{};  // by SkipReason
};

struct RollResult {
  Roll roll;  // meaningless unless `faults` is empty
  std::vector<RollFault> faults;
};

// In this order: the divisor takes rates in, where the index has fx_in_divisor; suspended members
// take the price that they stand at as their close; members join and leave; shares go ex; share
// counts, float bands and cap factors change; the review sets cap factors. Each divisor is chained
// from today's in one rounding, whatever the number of steps. Every fault that the input has is
// named, not the first alone.
RollResult roll(const RollInput& input);

}  // namespace indexcast
