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
  Date date = 0;  // the first day on which prices are without it: the ex-date
  int line = 0;   // where a file says it, for messages
  // dividend: cash per share; bonus, rights: new shares per share held; split: shares after per
  // share before. Positive.
  Fraction amount{0};
  Price rights_price{};
  Price ex_price{};  // dividend, bonus, rights, split: as the exchange published it; 0: computed
  // shares, float_band: what counts after everything that goes ex. join: what counts at the close,
  // before that.
  CalculationShares calculation_shares{};
  CapFactor cap_factor = kUncapped;  // cap_factor, join
  // join
  std::string name;
  std::string currency;
  MarketId market = kNoMarket;
};

// New cap factors for everyone, from the prices and shares after all actions.
struct Review {
  int line = 0;
  Weight cap = kWholeBasket;           // of a name that `caps` does not mention
  std::map<std::string, Weight> caps;  // by symbol
};

}  // namespace indexcast
