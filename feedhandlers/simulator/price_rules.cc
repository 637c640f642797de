#include "feedhandlers/simulator/price_rules.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace indexcast::sim {
namespace {

constexpr std::int64_t kFen = 10'000;
constexpr int kHkexFencePercent = 30;
constexpr int kFirstDayFencePercent = 200;

int mainland_band_percent(std::uint32_t code) {
  const std::uint32_t board = code / 1000;
  return board == 688 || board == 689 || board == 300 || board == 301 ? 20 : 10;
}

}  // namespace

PriceRules::PriceRules(std::vector<TickBand> bands, std::int64_t previous_close, int band_percent,
                       bool limited)
    : bands_(std::move(bands)), limited_(limited) {
  upper_ = rounded(previous_close * (100 + band_percent) / 100);
  lower_ = std::max(rounded(previous_close * (100 - band_percent) / 100), tick_at(0));
}

std::int64_t PriceRules::tick_at(std::int64_t price) const {
  for (const TickBand& band : bands_) {
    if (price < band.below) return band.tick;
  }
  return bands_.back().tick;
}

std::int64_t PriceRules::rounded(std::int64_t price) const {
  const std::int64_t tick = tick_at(price);
  return (price + tick / 2) / tick * tick;
}

std::int64_t PriceRules::nearest(std::int64_t price) const {
  return std::clamp(rounded(std::clamp(price, lower_, upper_)), lower_, upper_);
}

PriceRules rules_for(feed::Venue venue, std::uint32_t code, std::int64_t previous_close,
                     const std::vector<TickBand>& hkex_ticks, bool first_day) {
  const bool hkex = venue == feed::Venue::hkex;
  const int percent = first_day ? kFirstDayFencePercent
                      : hkex    ? kHkexFencePercent
                                : mainland_band_percent(code);
  if (hkex) return {hkex_ticks, previous_close, percent, false};
  return {{{std::numeric_limits<std::int64_t>::max(), kFen}}, previous_close, percent, !first_day};
}

}  // namespace indexcast::sim
