// What happens to a basket between one day's close and the next day's opening (METHODOLOGY 3), as
// it was announced: plain data, checked by roll().
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "calc/basket/cap_factors.h"
#include "calc/basket/fraction.h"
#include "calc/event.h"
#include "calc/fixed_point.h"
#include "calc/index_shares.h"
#include "calc/time.h"

namespace indexcast {

enum class ActionKind : std::uint8_t {
  dividend,    // cash goes ex
  bonus,       // new shares for nothing: bonus issues, capitalisation of reserves
  rights,      // new shares for a price
  split,       // split or consolidation
  shares,      // the share count that counts
  float_band,  // the same, from total and free shares
  cap_factor,
  join,
  leave,
  suspension,  // out all day: its close is the price that it stands at
};

// The words of files and reports, in the order of ActionKind.
inline constexpr std::array<std::string_view, 10> kActionNames{
    "dividend",   "bonus",      "rights", "split", "shares",
    "float_band", "cap_factor", "join",   "leave", "suspension"};
constexpr std::string_view name_of(ActionKind kind) {
  return kActionNames[static_cast<std::size_t>(kind)];
}

struct CorporateAction {
  ActionKind kind = ActionKind::dividend;
  std::string symbol;
  // The first day on which prices are without it: the ex-date. suspension: the day on which it did
  // not trade, which is the day before.
  Date date = 0;
  int line = 0;  // where a file says it, for messages
  int file = 0;  // which of the files, from 0
  // dividend: cash per share; bonus, rights: new shares per share held; split: shares after per
  // share before. Positive.
  Fraction amount{0};
  Price rights_price{};
  Price ex_price{};  // dividend, bonus, rights, split: as the exchange published it; 0: computed
  // shares, float_band: what counts after everything that goes ex. join: what counts at the close,
  // before that.
  CalculationShares calculation_shares{};
  CapFactor cap_factor = kUncapped;  // cap_factor, join
  std::string name;                  // join
  std::string currency;  // join: of the listing; dividend: of the cash, empty: of the listing
  std::string label;     // tells payments of one kind and day apart; may be empty
  MarketId market = kNoMarket;
};

// Returns whether the event is the company's own, so that vendors deliver it. The others are
// decisions about the index.
constexpr bool is_company_event(ActionKind kind) {
  return kind <= ActionKind::float_band || kind == ActionKind::suspension;
}

// Reasons to leave an action out of a roll. Each is counted.
enum class SkipReason : std::uint8_t {
  no_member,   // of a security that is not in the basket, or leaves it on the day
  earlier,     // its date is before the day
  later,       // its date is after the day
  repeated,    // equal to an action before it
  no_date,     // announced without an ex-date
  no_payment,  // nothing is paid and no shares are given
};
inline constexpr std::array<std::string_view, 6> kSkipReasonNames{
    "no member", "earlier date", "later date", "repeated", "no date", "no payment"};
constexpr std::string_view name_of(SkipReason reason) {
  return kSkipReasonNames[static_cast<std::size_t>(reason)];
}
using SkipCounts = std::array<std::size_t, kSkipReasonNames.size()>;

// New cap factors for everyone, from the prices and shares after all actions.
struct Review {
  int line = 0;
  Weight cap = kWholeBasket;           // of a name that `caps` does not mention
  std::map<std::string, Weight> caps;  // by symbol
  int file = 0;
};

}  // namespace indexcast
