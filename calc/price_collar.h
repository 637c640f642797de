// Which prices of an instrument are taken at once: the input control of METHODOLOGY 4.
#pragma once

#include <cstdint>

#include "calc/fixed_point.h"

namespace indexcast {

// METHODOLOGY 4: a price beyond this multiple of the day's reference is never usable.
inline constexpr std::int64_t kPriceBound = 1000;

enum class CollarVerdict : std::uint8_t {
  inside = 0,
  outside_collar = 1,  // too far from the last usable price
  outside_limits = 2,  // beyond the exchange's own limit prices of the day
};

// Of one instrument. The exchange's own limits take the collar's place where they came with the
// price, and on a day without a price limit (first listing days) there is neither. Plain data.
struct PriceCollar {
  // Basis points either way; 0: none.
  std::uint32_t width_bp = 0;
  // The exchange's limit prices of the day, 1e-6; 0 = none on that side.
  Price lower_limit{};
  Price upper_limit{};
  // The exchange says that the day has no price limit.
  bool unlimited = false;

  // `centre`: the last usable price of today, the day's reference price before it. All positive.
  constexpr CollarVerdict judge(Price price, Price centre) const {
    if (unlimited) return CollarVerdict::inside;
    if (has_limits()) return within_limits(price) ? inside() : CollarVerdict::outside_limits;
    return within_width(price, centre) ? inside() : CollarVerdict::outside_collar;
  }

  // Inside the exchange's limit prices, where it gave any.
  constexpr bool within_limits(Price price) const {
    return price >= lower_limit && (upper_limit.raw == 0 || price <= upper_limit);
  }

 private:
  static constexpr CollarVerdict inside() { return CollarVerdict::inside; }
  constexpr bool has_limits() const { return lower_limit.raw != 0 || upper_limit.raw != 0; }
  // A price exactly at the collar's edge is inside.
  constexpr bool within_width(Price price, Price centre) const {
    constexpr Int128 kWhole = 10'000;
    const Int128 distance = price > centre ? price.raw - centre.raw : centre.raw - price.raw;
    return width_bp == 0 || distance * kWhole <= static_cast<Int128>(centre.raw) * width_bp;
  }
};

// A field filled with nines says that its value did not fit: 99999.99 and the like, from seven
// nines on. No listed share comes near, and a shorter run may be a price.
constexpr bool is_overflow_code(Price price) {
  constexpr int kNinesMin = 7;
  std::int64_t rest = price.raw;
  while (rest != 0 && rest % 10 == 0) rest /= 10;
  int nines = 0;
  for (; rest % 10 == 9; rest /= 10) ++nines;
  return rest == 0 && nines >= kNinesMin;
}

}  // namespace indexcast
