// What a company's action does to a share's price and count (METHODOLOGY 3): the exchange's
// ex-price, the price at which the divisor is balanced, and the shares after.
#pragma once

#include <optional>

#include "calc/basket/fraction.h"
#include "calc/fixed_point.h"
#include "calc/index_shares.h"

namespace indexcast {

// Everything that goes ex on one share on one day. Terms that are absent stay as they are here.
struct ExTerms {
  Fraction cash{0};      // per share held, in the listing currency
  Fraction bonus{0};     // new shares per share held, for nothing
  Fraction rights{0};    // new shares per share held, for rights_price
  Price rights_price{};  // positive where there are rights
  Fraction split{1};     // shares after per share before; below 1 is a consolidation
  Price published{};     // the exchange's own ex-price; zero: not known
};

// A step of prices; positive.
using TickSize = Price;

// The rule by which a market sets the price at which trading starts.
struct ExPriceRule {
  TickSize tick{1};  // the computed ex-price is rounded to it
  // Whether the exchange publishes the rounded ex-price itself, so that the divisor is balanced at
  // it. If not, the rounding is only that of the previous close in its feed.
  bool published = false;
};

struct ExPrices {
  Price reference{};  // where trading starts: the exchange's ex-price
  Price base{};       // where the divisor is balanced: the same with the cash left in
};

// Shares after per share before: split + bonus + rights.
Fraction share_ratio(const ExTerms& terms);

// Whether anything but cash goes ex. Cash alone leaves base price and divisor alone.
bool changes_shares(const ExTerms& terms);

// reference = (close - cash + rights x rights_price) / share_ratio, half up to the rule's tick, or
// as published. base = reference + cash / share_ratio where shares change, half up to 1e-6; the
// formula without cash, half up to 1e-6, where the exchange publishes no ex-price; the close for
// cash alone. Empty when a price is not positive or does not fit.
std::optional<ExPrices> ex_prices(Price close, const ExTerms& terms, const ExPriceRule& rule);

// shares x share_ratio, half up to 1e-6; empty when it is not positive or does not fit.
std::optional<CalculationShares> shares_after(CalculationShares shares, const ExTerms& terms);

}  // namespace indexcast
