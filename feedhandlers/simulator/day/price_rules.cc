#include "feedhandlers/simulator/day/price_rules.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "feedhandlers/simulator/day/session_plan.h"

namespace indexcast::sim {
namespace {

constexpr std::int64_t kFen = 10'000;
constexpr int kHkexFencePercent = 30;
constexpr int kFirstDayFencePercent = 200;

int mainland_band_percent(const Settings& settings, std::uint32_t code) {
  if (is_star(code) || is_chinext(code)) return 20;
  const bool st = std::ranges::find(settings.st_securities, code) != settings.st_securities.end();
  return st && settings.trade_date < kTradingRules2026 ? 5 : 10;
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

std::vector<TickBand> hkex_spread_table(Date date, Date phase_2_from) {
  const bool phase_1 = date >= kHkexSpreadPhase1;
  const bool phase_2 = phase_2_from != 0 && date >= phase_2_from;
  return {{250'000, 1'000},
          {500'000, 5'000},
          {10'000'000, phase_2 ? 5'000 : 10'000},
          {20'000'000, phase_1 ? 10'000 : 20'000},
          {50'000'000, phase_1 ? 20'000 : 50'000},
          {100'000'000, 50'000},
          {200'000'000, 100'000},
          {500'000'000, 200'000},
          {1'000'000'000, 500'000},
          {2'000'000'000, 1'000'000},
          {5'000'000'000, 2'000'000},
          {10'000'000'000, 5'000'000}};
}

PriceRules rules_for(const Settings& settings, feed::Venue venue, std::uint32_t code,
                     std::int64_t previous_close, bool first_day) {
  const bool hkex = venue == feed::Venue::hkex;
  const int percent = first_day ? kFirstDayFencePercent
                      : hkex    ? kHkexFencePercent
                                : mainland_band_percent(settings, code);
  if (!hkex) {
    return {
        {{std::numeric_limits<std::int64_t>::max(), kFen}}, previous_close, percent, !first_day};
  }
  return {settings.hkex_ticks.empty()
              ? hkex_spread_table(settings.trade_date, settings.hkex_spread_phase_2_from)
              : settings.hkex_ticks,
          previous_close, percent, false};
}

}  // namespace indexcast::sim
