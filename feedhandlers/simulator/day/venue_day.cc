#include "feedhandlers/simulator/day/venue_day.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "feedhandlers/market/timetable.h"

namespace indexcast::sim {
namespace {

// Securities follow a change of phase within this time, as real snapshots do.
constexpr Micros kTransitionSpread = kMicrosPerSecond;
// Virtual prices of an auction change every few seconds.
constexpr Micros kAuctionTickLow = 1 * kMicrosPerSecond;
constexpr Micros kAuctionTickHigh = 5 * kMicrosPerSecond;
// A halt begins and ends inside continuous trading of every venue; lunch may fall into it.
constexpr Micros kHaltFrom = feed::hms(9, 45) * kMicrosPerMs;
constexpr Micros kHaltUntil = feed::hms(14, 0) * kMicrosPerMs;
constexpr Micros kHaltShortest = 5 * 60 * kMicrosPerSecond;
constexpr Micros kHaltLongest = 45 * 60 * kMicrosPerSecond;
// Hong Kong gathers ticks into packets every 10 ms, the mainland stamps milliseconds; at high rates
// the quantum shrinks, so that an eighth of the mean distance stays resolved.
constexpr Micros kHkexQuantum = 10 * kMicrosPerMs;
constexpr Micros kMainlandQuantum = kMicrosPerMs;
// Streams of chance beside those of the securities, whose numbers are their codes.
constexpr std::uint64_t kMarketStream = 1'000'000'000;

}  // namespace

VenueDay::VenueDay(const Settings& settings, Agenda& agenda, FaultBook& faults, feed::Venue venue,
                   VenueDayKind kind, std::vector<SimulatedSecurity> securities,
                   std::unique_ptr<Publisher> publisher)
    : settings_(settings),
      agenda_(agenda),
      faults_(faults),
      kind_(kind),
      random_(settings.seed, kMarketStream + feed::market_of(venue)),
      market_{venue, std::move(securities), {}},
      publisher_(std::move(publisher)),
      plan_(plan_session(venue, kind, random_)),
      dirty_(market_.securities.size(), false) {
  const bool hkex = venue == feed::Venue::hkex;
  mean_tick_ = std::max<Micros>(
      1, std::llround(static_cast<double>(kMicrosPerSecond) / settings.ticks_per_second));
  quantum_ = std::clamp<Micros>(mean_tick_ / 8, 1, hkex ? kHkexQuantum : kMainlandQuantum);
  grid_ = hkex ? 0 : settings.snapshot_grid_ms * kMicrosPerMs;
  market_.session = plan_.front();
  arrange_day();
}

void VenueDay::arrange_day() {
  const Micros begin = plan_.front().begin;
  // Mainland gateways keep a silent day's sessions alive by themselves; Hong Kong's lines need us.
  if (kind_ == VenueDayKind::silent) {
    if (market_.venue == feed::Venue::hkex) arrange(begin, Task::second);
    return;
  }
  arrange(begin, Task::step);
  arrange(begin, Task::second);
  if (grid_ > 0) arrange((begin + grid_ - 1) / grid_ * grid_, Task::grid);
  for (std::uint32_t place = 0; place < market_.securities.size(); ++place) {
    SimulatedSecurity& security = market_.securities[place];
    if (security.random().chance(settings_.suspensions)) security.suspend();
    if (security.random().chance(settings_.halts)) arrange_halt(place);
  }
  arrange_faults();
}

void VenueDay::arrange_halt(std::uint32_t place) {
  SimulatedSecurity& security = market_.securities[place];
  const Micros from = security.random().between(kHaltFrom, kHaltUntil);
  arrange(from, Task::halt, place, static_cast<std::uint32_t>(Halt::temporary));
  arrange(from + security.random().between(kHaltShortest, kHaltLongest), Task::resume, place);
}

void VenueDay::arrange(Micros time, Task task, std::uint32_t place, std::uint32_t detail) {
  agenda_.arrange({time, market_.venue, task, place, detail});
}

void VenueDay::perform(const Appointment& appointment) {
  const Micros now = appointment.time;
  switch (appointment.task) {
    case Task::start:
      return publisher_->start(market_, now);
    case Task::reference:
      return publisher_->reference(market_, now);
    case Task::step:
      return take_step(now);
    case Task::transition:
      return transition(appointment.security, static_cast<Phase>(appointment.detail), now);
    case Task::tick:
      if (appointment.detail == round_) tick(appointment.security, now);
      return;
    case Task::halt:
      return halt(appointment.security, static_cast<Halt>(appointment.detail), now);
    case Task::resume:
      return resume(appointment.security, now);
    case Task::end_interruption:
      return end_interruption(appointment.security, now);
    case Task::fault:
      return try_fault(appointment.detail, now);
    case Task::second:
      return second(now);
    case Task::grid:
      return publish_grid(now);
  }
}

void VenueDay::take_step(Micros now) {
  const Phase before = market_.session.phase;
  market_.session = plan_[next_step_++];
  if (next_step_ < plan_.size()) arrange(plan_[next_step_].begin, Task::step);
  publisher_->session_changed(market_, now);
  if (market_.session.phase == before) return;
  ++round_;
  for (std::uint32_t place = 0; place < market_.securities.size(); ++place) {
    const Micros delay = market_.securities[place].random().between(0, kTransitionSpread);
    arrange(now + delay / quantum_ * quantum_, Task::transition, place,
            static_cast<std::uint32_t>(market_.session.phase));
  }
}

void VenueDay::transition(std::uint32_t place, Phase phase, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  const bool empty = security.random().chance(settings_.empty_auctions);
  security.enter(phase, no_match(security, now) || empty);
  publisher_->ticked(security, now);
  changed(place, now);
  if (is_auction(phase) || phase == Phase::continuous) arrange_tick(place, now);
}

void VenueDay::arrange_tick(std::uint32_t place, Micros now) {
  Random& random = market_.securities[place].random();
  const bool auction = is_auction(market_.session.phase);
  const Micros delay = auction ? random.between(kAuctionTickLow, kAuctionTickHigh)
                               : random.between(1, 2 * mean_tick_);
  const Micros time = (now + delay + quantum_ - 1) / quantum_ * quantum_;
  arrange(std::max(time, now + 1), Task::tick, place, round_);
}

void VenueDay::tick(std::uint32_t place, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  arrange_tick(place, now);
  if (security.halted() || security.suspended()) return;
  security.tick();
  publisher_->ticked(security, now);
  changed(place, now);
}

void VenueDay::halt(std::uint32_t place, Halt kind, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  if (security.suspended() || security.phase() == Phase::closed) return;
  security.halt(kind);
  ++halts_;
  publisher_->status_changed(security, now);
  changed(place, now);
}

void VenueDay::resume(std::uint32_t place, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  if (!security.halted()) return;
  security.resume();
  publisher_->status_changed(security, now);
  changed(place, now);
}

void VenueDay::end_interruption(std::uint32_t place, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  if (security.interruption() == Interruption::none) return;
  security.end_interruption();
  changed(place, now);
}

void VenueDay::second(Micros now) {
  arrange(now + kMicrosPerSecond, Task::second);
  follow_slumps(now);
  publisher_->second(market_, now);
  if (market_.venue == feed::Venue::hkex || grid_ > 0 || settings_.refresh_s <= 0) return;
  const std::int64_t turn = now / kMicrosPerSecond % settings_.refresh_s;
  for (std::uint32_t place = 0; place < market_.securities.size(); ++place) {
    if (place % settings_.refresh_s == turn) {
      publisher_->security_changed(market_, market_.securities[place], now);
    }
  }
}

// Publishes the securities that changed, and those that are due in the full round.
void VenueDay::publish_grid(Micros now) {
  arrange(now + grid_, Task::grid);
  const Micros turns = std::max<Micros>(1, settings_.refresh_s * kMicrosPerSecond / grid_);
  for (std::uint32_t place = 0; place < market_.securities.size(); ++place) {
    if (!dirty_[place] && place % turns != now / grid_ % turns) continue;
    dirty_[place] = false;
    publisher_->security_changed(market_, market_.securities[place], now);
  }
}

void VenueDay::changed(std::uint32_t place, Micros now) {
  if (grid_ > 0) {
    dirty_[place] = true;
  } else {
    publisher_->security_changed(market_, market_.securities[place], now);
  }
}

}  // namespace indexcast::sim
