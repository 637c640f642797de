#include "feedhandlers/simulator/day/simulated_day.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "feedhandlers/market/symbol_table.h"

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
  return settings;
}

SimulatedSecurity make_security(const Settings& settings, feed::Venue venue, std::uint32_t code,
                                std::int64_t previous_close, const std::string& currency,
                                bool first_day = false) {
  SimulatedSecurity::Listing listing{code, fmt::format("{}{}", feed::name_of(venue), code),
                                     currency, previous_close, first_day};
  const std::uint64_t stream = std::uint64_t{code} + feed::market_of(venue) * 10'000'000u;
  return {std::move(listing), rules_for(settings, venue, code, previous_close, first_day),
          Random(settings.seed, stream)};
}

// The codes that `faults` list today, of the `codes` of one venue.
std::vector<std::uint32_t> draw_first_days(FaultBook& faults, feed::Venue venue,
                                           std::vector<std::uint32_t> codes) {
  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; i < faults.plan().size(); ++i) {
    const Fault& fault = faults.plan()[i];
    if (fault.kind != FaultKind::first_listing_day || !concerns(fault, venue)) continue;
    for (std::uint64_t n = 0; n < std::max<std::uint64_t>(fault.count, 1) && !codes.empty(); ++n) {
      const auto last = static_cast<std::int64_t>(codes.size()) - 1;
      const auto drawn = fault.security != 0 ? std::find(codes.begin(), codes.end(), fault.security)
                                             : codes.begin() + faults.random(i).between(0, last);
      if (drawn == codes.end()) break;
      chosen.push_back(*drawn);
      codes.erase(drawn);
      faults.happened(fault);
    }
  }
  return chosen;
}

std::vector<std::uint32_t> codes_of(const Universe& universe, feed::Venue venue) {
  std::vector<std::uint32_t> codes;
  for (const Instrument& instrument : universe.instruments()) {
    if (instrument.market != feed::market_of(venue)) continue;
    const auto code = feed::parse_code(instrument.symbol);
    if (!code) throw std::invalid_argument("simulator: no code in " + instrument.symbol);
    codes.push_back(*code);
  }
  return codes;
}

// The securities of one venue: the universe's, and for Shenzhen the sentinels beside them.
std::vector<SimulatedSecurity> list_securities(const Settings& settings, const Universe& universe,
                                               feed::Venue venue, FaultBook& faults) {
  const auto first_days = draw_first_days(faults, venue, codes_of(universe, venue));
  std::vector<SimulatedSecurity> securities;
  const auto listed = [&](std::uint32_t code) {
    return std::any_of(securities.begin(), securities.end(),
                       [&](const SimulatedSecurity& s) { return s.listing().code == code; });
  };
  for (const Instrument& instrument : universe.instruments()) {
    if (instrument.market != feed::market_of(venue)) continue;
    const std::uint32_t code = *feed::parse_code(instrument.symbol);
    const bool first = std::find(first_days.begin(), first_days.end(), code) != first_days.end();
    securities.push_back(make_security(settings, venue, code, instrument.reference_price.raw,
                                       instrument.currency, first));
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
  return static_cast<std::uint32_t>(divide_half_up(one, universe.series()[series].day_fx.raw));
}

}  // namespace

SimulatedDay::SimulatedDay(const Settings& settings, const Universe& universe)
    : settings_(checked(settings)),
      begin_(settings_.begin_ms * kMicrosPerMs),
      end_(settings_.end_ms * kMicrosPerMs),
      output_(settings_.trade_date),
      faults_(settings_.faults, settings_.seed) {
  output_.set_faults(faults_);
  markets_.reserve(feed::kVenueCount);
  add_market(universe, feed::Venue::sse, !settings_.sse.gateways.empty());
  const bool multicast = settings_.szse.transport == szse::FeedTransport::multicast;
  add_market(
      universe, feed::Venue::szse,
      multicast ? !settings_.szse.multicast.channels.empty() : !settings_.szse.gateways.empty());
  add_market(universe, feed::Venue::hkex, !settings_.hkex.channels.empty());
  output_.mute(true);
}

void SimulatedDay::add_market(const Universe& universe, feed::Venue venue, bool takes_part) {
  const VenueDayKind kind = day_kind(settings_.faults, venue);
  count_day_kind(kind, venue);
  if (!takes_part || kind == VenueDayKind::absent) return;
  const bool speaks = kind != VenueDayKind::silent;
  // Arranged before the market's own plan, so that at one instant a venue speaks first, then acts.
  if (speaks) agenda_.arrange({begin_, venue, Task::start, 0, 0});
  std::unique_ptr<Publisher> publisher;
  switch (venue) {
    case feed::Venue::sse:
      publisher = make_sse_publisher(output_, settings_.seed);
      break;
    case feed::Venue::szse:
      publisher = make_szse_publisher(output_, settings_.seed, settings_.szse.ticks);
      break;
    case feed::Venue::hkex:
      publisher = make_hkex_publisher(output_, settings_.hkex, cny_rate(universe),
                                      settings_.hkex_first_number, faults_);
      break;
  }
  markets_.emplace_back(settings_, agenda_, faults_, venue, kind,
                        list_securities(settings_, universe, venue, faults_), std::move(publisher));
  if (speaks) agenda_.arrange({begin_ + kReferenceDelay, venue, Task::reference, 0, 0});
}

void SimulatedDay::count_day_kind(VenueDayKind kind, feed::Venue venue) {
  const bool shut = kind == VenueDayKind::silent || kind == VenueDayKind::absent;
  for (const Fault& fault : faults_.plan()) {
    if (!concerns(fault, venue)) continue;
    if (shut && fault.kind == FaultKind::market_closed) faults_.happened(fault);
    if (kind == VenueDayKind::half && fault.kind == FaultKind::hk_half_day) faults_.happened(fault);
  }
}

bool SimulatedDay::next(ExchangeMessage& out) {
  while (!output_.take(out)) {
    if (agenda_.empty() || agenda_.next_time() > end_) return false;
    advance();
  }
  return true;
}

void SimulatedDay::advance() {
  const Micros now = agenda_.next_time();
  output_.mute(now < begin_);
  while (!agenda_.empty() && agenda_.next_time() == now) {
    const Appointment appointment = agenda_.take();
    const auto market = std::find_if(
        markets_.begin(), markets_.end(),
        [&](const VenueDay& candidate) { return candidate.market().venue == appointment.venue; });
    market->perform(appointment);
  }
  for (VenueDay& market : markets_) market.flush(now);
}

std::uint64_t SimulatedDay::halts() const {
  std::uint64_t sum = 0;
  for (const VenueDay& market : markets_) sum += market.halts();
  return sum;
}

}  // namespace indexcast::sim
