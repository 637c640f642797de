#include "calc/basket/float_band.h"

namespace indexcast {
namespace {

constexpr int kWholePercentsTo = 15;
constexpr int kTensTo = 80;

int next_band(int band) {
  if (band < kWholePercentsTo) return band + 1;
  if (band == kWholePercentsTo) return 20;
  return band < kTensTo ? band + 10 : 100;
}

}  // namespace

int float_band_percent(std::int64_t free, std::int64_t total) {
  int band = 1;
  // Integers, so that an exact multiple is seen as one.
  while (band < 100 && static_cast<Int128>(free) * 100 > static_cast<Int128>(total) * band)
    band = next_band(band);
  return band;
}

std::optional<CalculationShares> float_adjusted(CalculationShares free, CalculationShares total) {
  if (free.raw <= 0 || free > total) return std::nullopt;
  const Int128 shares = static_cast<Int128>(total.raw) * float_band_percent(free.raw, total.raw);
  return CalculationShares{static_cast<std::int64_t>(divide_half_up(shares, 100))};
}

}  // namespace indexcast
