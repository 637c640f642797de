// The prices a security may trade at: the exchange's tick and the day's limits.
#pragma once

#include <cstdint>
#include <vector>

#include "feedhandlers/market/venue.h"
#include "feedhandlers/simulator/day/settings.h"

namespace indexcast::sim {

// All prices 1e-6 of the listing currency, positive.
class PriceRules {
 public:
  // `bands` ascend; `band_percent` is how far the day may leave the previous close. Not `limited`:
  // the band is the simulator's own fence and the exchange publishes none.
  PriceRules(std::vector<TickBand> bands, std::int64_t previous_close, int band_percent,
             bool limited = true);

  std::int64_t tick_at(std::int64_t price) const;
  bool on_tick(std::int64_t price) const { return price % tick_at(price) == 0; }
  // The nearest allowed price, half up, inside the limits.
  std::int64_t nearest(std::int64_t price) const;
  // The neighbouring prices, limits disregarded; `below` is 0 where there is none.
  std::int64_t above(std::int64_t price) const { return price + tick_at(price); }
  std::int64_t below(std::int64_t price) const { return price - tick_at(price - 1); }
  bool inside(std::int64_t price) const { return price >= lower_ && price <= upper_; }

  std::int64_t lower() const { return lower_; }
  std::int64_t upper() const { return upper_; }
  bool limited() const { return limited_; }

 private:
  std::int64_t rounded(std::int64_t price) const;

  std::vector<TickBand> bands_;
  std::int64_t lower_ = 0;
  std::int64_t upper_ = 0;
  bool limited_ = true;
};

// STAR (688, 689) and ChiNext (300 to 302) shares, by the first three digits of the code.
constexpr bool is_star(std::uint32_t code) { return code / 1000 == 688 || code / 1000 == 689; }
constexpr bool is_chinext(std::uint32_t code) { return code / 1000 >= 300 && code / 1000 <= 302; }

// First day of phase 1 of Hong Kong's smaller minimum price steps (OMD-C notes 2.2).
inline constexpr Date kHkexSpreadPhase1 = 20250804;

// Hong Kong's minimum price steps for shares on `date` (OMD-C notes 2.2): phase 1 halves those from
// 10 to 50 dollars, phase 2 those from 0.5 to 10 dollars; `phase_2_from` 0: phase 2 is not in
// force.
std::vector<TickBand> hkex_spread_table(Date date, Date phase_2_from);

// Returns the rules of one security on the trade date of `settings`. Mainland: steps of one fen; a
// limit of 20 % for STAR and ChiNext, else 10 %, and 5 % for main board ST shares before the rules
// of 2026 (SSE notes 5.2, SZSE notes 4.1). Hong Kong has no daily limit; the simulator uses a band
// of its own of 30 %, and 200 % on the `first_day` of a listing.
PriceRules rules_for(const Settings& settings, feed::Venue venue, std::uint32_t code,
                     std::int64_t previous_close, bool first_day = false);

}  // namespace indexcast::sim
