// The day's definition of an index (METHODOLOGY 7) and the checks that need no file: plain data,
// built by a loader on the control plane, immutable once an engine runs on it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calc/event.h"
#include "calc/fixed_point.h"
#include "calc/fund_terms.h"
#include "calc/index_shares.h"
#include "calc/security.h"
#include "calc/time.h"
#include "calc/total_return.h"

namespace indexcast {

// What an index holds of a security. The security is shared: a large universe names a few thousand
// of them millions of times.
struct Member {
  std::shared_ptr<const Security> security;  // never null
  IndexShares shares{};     // calculation shares x cap factor, rounded half up once
  Price close{};            // of the day before
  Price base_price{};       // that close adjusted for divisor events, cash left in
  Price reference_price{};  // the exchange's ex-price, where trading starts
  int line = 0;             // where the definition file says it, for messages; 0 = nowhere
  // What `shares` is made of; zero and 1 in a definition that no file or roll made.
  CalculationShares calculation_shares{};
  CapFactor cap_factor = kUncapped;
  bool suspended = false;  // on the day before, so that its first price may lie far from the last

  const std::string& symbol() const { return security->symbol; }
  const std::string& name() const { return security->name; }
  const std::string& currency() const { return security->currency; }
  MarketId market() const { return security->market; }
};

struct IndexDefinition {
  std::string code;  // "995365"
  std::string name;
  std::string currency;    // of the level
  std::string provenance;  // shown to every subscriber
  int decimals = 4;        // of published levels, 0 .. 8
  std::uint32_t version = 1;
  Date effective_date = 0;
  Divisor divisor{};
  Level previous_close{};
  // Units of the index's currency per unit of the key, that the previous close was published with;
  // the index's own is 1.
  std::map<std::string, FxRate> close_fx;
  // The rates in force until a source speaks, where they differ from close_fx (day_rate).
  std::map<std::string, FxRate> day_fx;
  // Listing currency -> name of the FX series this index binds to ("HKDCNY").
  std::map<std::string, std::string> fx_series;
  bool bid_ask = false;  // its levels carry a bid and an ask level
  // The divisor takes changes of rates in (METHODOLOGY 3): the level is computed at close_fx and
  // binds to no series.
  bool fx_in_divisor = false;
  std::vector<Member> members;
  // Of a total return index, whose divisor is total_return_divisor of these; empty: a price index.
  std::optional<TotalReturn> total_return;
  // Present when this is the indicative value of a fund (METHODOLOGY 9): members are then the
  // priced components of a creation unit, the divisor its number of fund shares.
  std::optional<FundTerms> fund;
  std::string source;  // file it came from, for messages
};

// One thing wrong with a definition: which line and key, and what a person should do about it.
struct DefinitionFault {
  int line = 0;
  std::string key;
  std::string what;
};

// Every fault of METHODOLOGY 7 that shows without a file or a calendar: missing or duplicate
// member, non-positive shares or price, unknown currency, range (METHODOLOGY 2), and the gate,
// which for a fund is that of METHODOLOGY 9. Empty when the index may start.
std::vector<DefinitionFault> check_definition(const IndexDefinition& definition);

// The rate of the previous close, or 1 for the index's own currency; zero when the definition has
// none. The gate, the reference weights and the events of a roll use it.
FxRate close_rate(const IndexDefinition& definition, const std::string& currency);

// The rate in force until a source speaks: that of day_fx, else close_rate.
FxRate day_rate(const IndexDefinition& definition, const std::string& currency);

// A rate further than this from the one before it is inverted or misplaced: day_fx from close_fx,
// and at a roll close_fx from the day's rate.
inline constexpr std::int64_t kRateMovePercent = 10;
bool is_rate_move_too_large(FxRate before, FxRate after);

// Whether its level has a rate for a listing currency that is not its own: one of the keys of
// fx_series, with fx_in_divisor of close_fx.
bool converts(const IndexDefinition& definition, const std::string& currency);

// What a sum and a divisor are multiplied by, so that their quotient has `decimals` places.
struct LevelScale {
  Int128 numerator = 1;
  Int128 denominator = 1;
};
LevelScale level_scale(int decimals);

// What a sum has in a currency beside its members' prices, all day, scale kCapDecimals: the
// dividends that go ex today in a total return index, the cash of a creation unit in a fund.
Int128 constant_cash(const IndexDefinition& definition, const std::string& currency);

// Capitalisation at base prices and close_fx, without constant cash, scale kSumDecimals.
Int128 base_capitalisation(const IndexDefinition& definition);

// The same with a fund's cash: what a creation unit is worth at reference prices.
Int128 base_value(const IndexDefinition& fund);

// base_capitalisation of a definition that no check has seen yet; empty where its level cannot be
// computed in 128 bits.
std::optional<Int128> capitalisation_in_range(const IndexDefinition& definition);

// The divisor that puts the capitalisation `cap` (kSumDecimals) at `level`, rounded half up to 16
// places.
Divisor divisor_for(Int128 cap, Level level, int decimals);

// Level of the capitalisation `cap` (kSumDecimals) under `divisor`, rounded half up to `decimals`.
// A capitalisation below zero, which only a fund's cash can make, is level 0 (METHODOLOGY 9). The
// plain 128-bit division; the engine's fast one agrees with it bit for bit.
Level level_of(Int128 cap, Divisor divisor, int decimals);

}  // namespace indexcast
