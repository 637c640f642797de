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
  far = 2,             // so far that no later message confirms it by itself
  outside_limits = 3,  // beyond the exchange's own limit prices of the day
};

// Which prices of one instrument are taken at once (METHODOLOGY 4): those inside the exchange's
// limit prices of the day, where it gave any that can be right, and inside the collar. Plain data.
struct PriceCollar {
  // Basis points either way, 10,000 at most; 0: none.
  std::uint32_t width_bp = 0;
  // The exchange's limit prices of the day, 1e-6; 0 = none on that side.
  Price lower_limit{};
  Price upper_limit{};
  // They enclose the price at which the day began, so that they count.
  bool limits_hold = false;
  // The exchange says that the day has no price limit.
  bool unlimited = false;

  // Limits that do not enclose `base`, the price at which the day began, are kept and not used.
  // Returns whether they are in doubt. Both 0: the exchange states none.
  constexpr bool set_limits(Price lower, Price upper, Price base) {
    lower_limit = lower;
    upper_limit = upper;
    const bool stated = lower.raw != 0 || upper.raw != 0;
    limits_hold = stated && lower <= base && (upper.raw == 0 || base <= upper);
    return stated && !limits_hold;
  }

  // `centre`: the last usable price of today, the price at which the day began before it. `opened`:
  // there is one of today, without which a day that has no limit has no collar either. All
  // positive.
  constexpr CollarVerdict judge(Price price, Price centre, bool opened) const {
    if (!within_limits(price)) return CollarVerdict::outside_limits;
    if (within_width(price, centre) || (unlimited && !opened)) return CollarVerdict::inside;
    return is_far(price, centre) ? CollarVerdict::far : CollarVerdict::outside_collar;
  }

  // Inside the limit prices that count.
  constexpr bool within_limits(Price price) const {
    return !limits_hold || (price >= lower_limit && (upper_limit.raw == 0 || price <= upper_limit));
  }
  // A price exactly at the collar's edge is inside.
  constexpr bool within_width(Price price, Price centre) const {
    const Int128 distance = price > centre ? price.raw - centre.raw : centre.raw - price.raw;
    return width_bp == 0 || distance * kWhole <= static_cast<Int128>(centre.raw) * width_bp;
  }
  // So far from the last usable price that only an operator accepts it, and only on insistence.
  constexpr bool is_beyond_belief(Price price, Price centre) const {
    return !within_limits(price) || (!within_width(price, centre) && is_far(price, centre));
  }
  // The limits of the day that a quote stands in for; 0 = none.
  constexpr Price lower_in_use() const { return limits_hold ? lower_limit : Price{}; }
  constexpr Price upper_in_use() const { return limits_hold ? upper_limit : Price{}; }

 private:
  static constexpr Int128 kWhole = 10'000;
  // More than three widths away, upwards as a sum and downwards as its inverse.
  constexpr bool is_far(Price price, Price centre) const {
    const Int128 reach = kWhole + 3 * static_cast<Int128>(width_bp);
    return price.raw * kWhole > centre.raw * reach || price.raw * reach < centre.raw * kWhole;
  }
};

// A price within 5 % of ten times the centre or a tenth of it: the mark of a wrong scale.
constexpr bool is_scale_error(Price price, Price centre) {
  const auto within_5_percent = [](Int128 a, Int128 b) {
    const Int128 distance = a > b ? a - b : b - a;
    return distance * 100 <= b * 5;
  };
  return within_5_percent(price.raw, static_cast<Int128>(centre.raw) * 10) ||
         within_5_percent(static_cast<Int128>(price.raw) * 10, centre.raw);
}

// The step in which a price moves: a cent, and of a Hong Kong penny stock less (the exchange's
// spread table). Where real steps are smaller, what it is used for is more lenient by that much.
constexpr Price price_step(Price price, bool in_hkd) {
  if (in_hkd && price < Price{250'000}) return Price{1'000};
  if (in_hkd && price < Price{500'000}) return Price{5'000};
  return Price{10'000};
}

// Whether two prices are so near that they speak of the same: within 2 % of the earlier one or two
// of its steps, whichever is wider.
constexpr bool is_near(Price price, Price earlier, Price step) {
  const Int128 distance = price > earlier ? price.raw - earlier.raw : earlier.raw - price.raw;
  return distance * 100 <= static_cast<Int128>(earlier.raw) * 2 || distance <= step.raw * 2;
}

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
