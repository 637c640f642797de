#include "feedhandlers/simulator/trading_day.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "feedhandlers/common/symbol_table.h"

namespace indexcast::sim {
namespace {

// Clients first learn that numbers begin again, then the data.
constexpr Micros kReferenceDelay = 100 * kMicrosPerMs;
// Price of a sentinel that no basket holds: any will do, its phase is what counts.
constexpr std::int64_t kSentinelPrice = 10'000'000;
// HKD per CNY, 1e-4, when the universe has no rate.
constexpr std::uint32_t kAssumedCnyRate = 10'800;

Settings checked(Settings settings) {
  if (settings.begin_ms == 0) settings.begin_ms = kDayBeginMs;
  if (settings.end_ms == 0) settings.end_ms = kDayEndMs;
  if (settings.begin_ms < kDayBeginMs || settings.end_ms <= settings.begin_ms) {
    throw std::invalid_argument("simulator: the day begins at 08:55 or later and ends after that");
  }
  if (!(settings.ticks_per_second > 0.0)) {
    throw std::invalid_argument("simulator: ticks_per_second is not positive");
  }
  if (settings.hkex_ticks.empty()) {
    throw std::invalid_argument("simulator: the table of Hong Kong's ticks is empty");
  }
  return settings;
}

Security make_security(const Settings& settings, feed::Venue venue, std::uint32_t code,
                       std::int64_t previous_close, const std::string& currency) {
  Security::Listing listing{code, fmt::format("{}{}", feed::name_of(venue), code), currency,
                            previous_close};
  const std::uint64_t stream = std::uint64_t{code} + feed::market_of(venue) * 10'000'000u;
  return {std::move(listing), rules_for(venue, code, previous_close, settings.hkex_ticks),
          Random(settings.seed, stream)};
}

// The securities of one venue: the universe's, and for Shenzhen the sentinels beside them.
std::vector<Security> list_securities(const Settings& settings, const Universe& universe,
                                      feed::Venue venue) {
  std::vector<Security> securities;
  const auto listed = [&](std::uint32_t code) {
    return std::any_of(securities.begin(), securities.end(),
                       [&](const Security& s) { return s.listing().code == code; });
  };
  for (const Instrument& instrument : universe.instruments()) {
    if (instrument.market != feed::market_of(venue)) continue;
    const auto code = feed::parse_code(instrument.symbol);
    if (!code) throw std::invalid_argument("simulator: no code in " + instrument.symbol);
    securities.push_back(
        make_security(settings, venue, *code, instrument.reference_price.raw, instrument.currency));
  }
  if (venue != feed::Venue::szse) return securities;
  for (const std::uint32_t code : settings.szse.sentinels) {
    if (!listed(code)) {
      securities.push_back(make_security(settings, venue, code, kSentinelPrice, "CNY"));
    }
  }
  return securities;
}

std::uint32_t cny_rate(const Universe& universe) {
  const SeriesId series = universe.find_series("HKDCNY");
  if (series >= universe.series().size()) return kAssumedCnyRate;
  const Int128 one = Int128{kFxOne.raw} * 10'000;
  return static_cast<std::uint32_t>(divide_half_up(one, universe.series()[series].close.raw));
}

}  // namespace

TradingDay::TradingDay(const Settings& settings, const Universe& universe)
    : settings_(checked(settings)),
      begin_(settings_.begin_ms * kMicrosPerMs),
      end_(settings_.end_ms * kMicrosPerMs),
      outlet_(settings_.trade_date),
      faults_(settings_.faults, settings_.seed) {
  markets_.reserve(feed::kVenueCount);
  add_market(universe, feed::Venue::sse, !settings_.sse.gateways.empty());
  add_market(universe, feed::Venue::szse, !settings_.szse.gateways.empty());
  add_market(universe, feed::Venue::hkex, !settings_.hkex.channels.empty());
  outlet_.mute(true);
}

void TradingDay::add_market(const Universe& universe, feed::Venue venue, bool takes_part) {
  if (!takes_part) return;
  // Arranged before the market's own plan, so that at one instant a venue speaks first, then acts.
  agenda_.arrange({begin_, venue, Task::start, 0, 0});
  std::unique_ptr<Publisher> publisher;
  switch (venue) {
    case feed::Venue::sse:
      publisher = make_sse_publisher(outlet_, settings_.seed);
      break;
    case feed::Venue::szse:
      publisher = make_szse_publisher(outlet_);
      break;
    case feed::Venue::hkex:
      publisher = make_hkex_publisher(outlet_, settings_.hkex, cny_rate(universe), faults_);
      break;
  }
  markets_.emplace_back(settings_, agenda_, venue, list_securities(settings_, universe, venue),
                        std::move(publisher));
  agenda_.arrange({begin_ + kReferenceDelay, venue, Task::reference, 0, 0});
}

bool TradingDay::next(ExchangeMessage& out) {
  while (!outlet_.take(out)) {
    if (agenda_.empty() || agenda_.next_time() > end_) return false;
    advance();
  }
  return true;
}

void TradingDay::advance() {
  const Micros now = agenda_.next_time();
  outlet_.mute(now < begin_);
  while (!agenda_.empty() && agenda_.next_time() == now) {
    const Appointment appointment = agenda_.take();
    const auto market = std::find_if(
        markets_.begin(), markets_.end(),
        [&](const MarketDay& candidate) { return candidate.market().venue == appointment.venue; });
    market->perform(appointment);
  }
  for (MarketDay& market : markets_) market.flush(now);
}

std::uint64_t TradingDay::halts() const {
  std::uint64_t sum = 0;
  for (const MarketDay& market : markets_) sum += market.halts();
  return sum;
}

}  // namespace indexcast::sim
