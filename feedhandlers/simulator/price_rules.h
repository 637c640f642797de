// The prices a security may trade at: the exchange's tick and the day's limits.
#pragma once

#include <cstdint>
#include <vector>

#include "feedhandlers/common/venue.h"
#include "feedhandlers/simulator/settings.h"

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

// The rules of one security. Mainland: one fen; 20 % for STAR (688, 689) and ChiNext (300, 301),
// else 10 %. No daily limit in Hong Kong, where 30 % is the simulator's own fence, nor on the
// `first_day` of a listing, where it is 200 %.
PriceRules rules_for(feed::Venue venue, std::uint32_t code, std::int64_t previous_close,
                     const std::vector<TickBand>& hkex_ticks, bool first_day = false);

}  // namespace indexcast::sim
