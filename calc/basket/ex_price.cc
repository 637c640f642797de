#include "calc/basket/ex_price.h"

namespace indexcast {
namespace {

Fraction fraction_of(Price price) { return Fraction::of(price.raw, pow10(Price::kDecimals)); }

// The theoretical price with or without the cash.
Fraction formula(Price close, const ExTerms& terms, const Fraction& cash) {
  return (fraction_of(close) - cash + terms.rights * fraction_of(terms.rights_price)) /
         share_ratio(terms);
}

std::optional<Price> positive_price(const Fraction& value) {
  const auto raw = round_half_up(value, Price::kDecimals);
  if (!raw || *raw <= 0) return std::nullopt;
  return Price{*raw};
}

std::optional<Price> rounded_to(const Fraction& value, TickSize tick) {
  const Fraction step = fraction_of(tick);
  const auto steps = round_half_up(value / step, 0);
  if (!steps) return std::nullopt;
  return positive_price(Fraction(*steps) * step);
}

std::optional<Price> base_price(Price close, Price reference, const ExTerms& terms,
                                const ExPriceRule& rule) {
  if (!changes_shares(terms)) return close;
  const bool published = rule.published || terms.published.raw != 0;
  return published ? positive_price(fraction_of(reference) + terms.cash / share_ratio(terms))
                   : positive_price(formula(close, terms, Fraction(0)));
}

}  // namespace

Fraction share_ratio(const ExTerms& terms) { return terms.split + terms.bonus + terms.rights; }

bool changes_shares(const ExTerms& terms) { return share_ratio(terms) != Fraction(1); }

std::optional<ExPrices> ex_prices(Price close, const ExTerms& terms, const ExPriceRule& rule) {
  // A published price does not make an impossible payment possible.
  const auto computed = rounded_to(formula(close, terms, terms.cash), rule.tick);
  if (!computed) return std::nullopt;
  const Price reference = terms.published.raw != 0 ? terms.published : *computed;
  const auto base = base_price(close, reference, terms, rule);
  if (!base) return std::nullopt;
  return ExPrices{reference, *base};
}

std::optional<CalculationShares> shares_after(CalculationShares shares, const ExTerms& terms) {
  const auto raw = round_half_up(
      Fraction::of(shares.raw, pow10(CalculationShares::kDecimals)) * share_ratio(terms),
      CalculationShares::kDecimals);
  if (!raw || *raw <= 0) return std::nullopt;
  return CalculationShares{*raw};
}

}  // namespace indexcast
