#include "calc/fund_terms.h"

namespace indexcast {

Int128 cash_of(const FundTerms& terms) {
  Int128 cash = terms.estimated_cash.raw;
  for (const CashComponent& component : terms.cash_components) cash += component.amount.raw;
  return cash * pow10(kCapDecimals - Money::kDecimals);
}

}  // namespace indexcast
