#include "calc/total_return.h"

namespace indexcast {

Int128 cash_of(const Dividend& dividend, ReturnKind kind) {
  constexpr Int128 kWhole = 10'000;
  const Int128 gross = static_cast<Int128>(dividend.per_share.raw) * dividend.shares.raw;
  if (kind == ReturnKind::gross) return gross;
  return divide_half_up(gross * (kWhole - dividend.tax_bp), kWhole);
}

Divisor total_return_divisor(Divisor price_divisor, Level price_previous_close,
                             Level previous_close) {
  return {divide_half_up(price_divisor.raw * price_previous_close.raw, previous_close.raw)};
}

}  // namespace indexcast
