#include "feedhandlers/simulator/day/venue_day.h"

#include <algorithm>
#include <cmath>
#include <functional>
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

namespace {

// A security that cannot take a fault now, because it has not traded yet or stands already, is
// tried again so much later.
constexpr Micros kAgain = kMicrosPerSecond;

bool is_of_market(FaultKind kind) {
  switch (kind) {
    case FaultKind::halt:
    case FaultKind::volatility_interruption:
    case FaultKind::cancelled_trade:
    case FaultKind::zero_price:
      return true;
    default:
      return false;
  }
}

}  // namespace

void VenueDay::arrange_faults() {
  for (std::size_t i = 0; i < faults_.plan().size(); ++i) {
    const Fault& fault = faults_.plan()[i];
    if (!concerns(fault, market_.venue)) continue;
    if (fault.kind == FaultKind::suspended_all_day)
      draw_securities(i, [](SimulatedSecurity& security) { security.suspend(); });
    if (fault.kind == FaultKind::limit_open)
      draw_securities(
          i, [&](SimulatedSecurity& security) { security.pin_to_limit(fault.amount == 1); });
    if (!is_of_market(fault.kind)) continue;
    for (const std::int64_t ms : instants_of(fault)) {
      arrange(std::max(ms, settings_.begin_ms) * kMicrosPerMs, Task::fault, 0,
              static_cast<std::uint32_t>(i));
    }
  }
}

// Lets as many securities as the fault says have it, each once.
void VenueDay::draw_securities(std::size_t fault,
                               const std::function<void(SimulatedSecurity&)>& strike) {
  const Fault& asked = faults_.plan()[fault];
  std::vector<SimulatedSecurity*> candidates;
  for (SimulatedSecurity& security : market_.securities) {
    if (security.suspended()) continue;
    if (asked.security != 0 && security.listing().code != asked.security) continue;
    candidates.push_back(&security);
  }
  for (std::uint64_t i = 0; i < std::max<std::uint64_t>(asked.count, 1) && !candidates.empty();
       ++i) {
    const auto last = static_cast<std::int64_t>(candidates.size()) - 1;
    const auto drawn = candidates.begin() + faults_.random(fault).between(0, last);
    strike(**drawn);
    candidates.erase(drawn);
    faults_.happened(asked);
  }
}

// Prices fall evenly from a slump's begin to its end, and stay there.
void VenueDay::follow_slumps(Micros now) {
  for (const Fault& fault : faults_.plan()) {
    if (fault.kind != FaultKind::slump || !concerns(fault, market_.venue)) continue;
    const Micros begin = fault.begin_ms * kMicrosPerMs;
    const Micros end = fault.end_ms * kMicrosPerMs;
    if (now < begin) continue;
    const std::int64_t bp = fault.amount * (std::min(now, end) - begin) / (end - begin);
    for (SimulatedSecurity& security : market_.securities) security.fall(bp);
    if (now - begin < kMicrosPerSecond) faults_.happened(fault);
  }
}

// Whether the auction that `security` is about to leave is to find no price.
bool VenueDay::no_match(const SimulatedSecurity& security, Micros now) {
  if (!is_auction(security.phase()) || security.suspended() || security.halted()) return false;
  return faults_.strike(FaultKind::no_match_auction,
                        {market_.venue, 0, now / kMicrosPerMs, security.listing().code}) != nullptr;
}

// Securities are tried from a drawn one on, until one can take the fault.
void VenueDay::try_fault(std::size_t fault, Micros now) {
  const Fault& asked = faults_.plan()[fault];
  const auto size = static_cast<std::uint32_t>(market_.securities.size());
  const auto first = static_cast<std::uint32_t>(
      faults_.random(fault).between(0, std::max<std::int64_t>(size, 1) - 1));
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint32_t place = (first + i) % size;
    const std::uint32_t code = market_.securities[place].listing().code;
    if (asked.security != 0 && code != asked.security) continue;
    if (now >= settings_.begin_ms * kMicrosPerMs && carry_out(asked, place, now)) {
      return faults_.happened(asked);
    }
  }
  if (now + kAgain < asked.end_ms * kMicrosPerMs) {
    arrange(now + kAgain, Task::fault, 0, static_cast<std::uint32_t>(fault));
  }
}

bool VenueDay::carry_out(const Fault& fault, std::uint32_t place, Micros now) {
  const Micros length = fault.amount * kMicrosPerMs;
  switch (fault.kind) {
    case FaultKind::halt:
      return halt_for(place, length, now);
    case FaultKind::volatility_interruption:
      return interrupt(place, length, now);
    case FaultKind::cancelled_trade:
      return cancel_trade(place, now);
    case FaultKind::zero_price:
      return zero_price(place, now);
    default:
      return false;
  }
}

// A halt that reaches the close is not resumed.
bool VenueDay::halt_for(std::uint32_t place, Micros length, Micros now) {
  const SimulatedSecurity& security = market_.securities[place];
  const Phase phase = security.phase();
  if (security.suspended() || security.halted() || phase == Phase::before_open ||
      phase == Phase::closed) {
    return false;
  }
  const auto close = std::find_if(plan_.begin(), plan_.end(), [](const SessionStep& step) {
    return step.phase == Phase::closed;
  });
  const bool resumes = now + length < close->begin;
  halt(place, resumes ? Halt::temporary : Halt::to_close, now);
  if (resumes) arrange(now + length, Task::resume, place);
  return true;
}

bool VenueDay::interrupt(std::uint32_t place, Micros length, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  const bool hkex = market_.venue == feed::Venue::hkex;
  if (security.interruption() != Interruption::none) return false;
  if (!security.interrupt(hkex ? Interruption::bounded : Interruption::auction)) return false;
  arrange(now + length, Task::end_interruption, place);
  publisher_->interrupted(security, now, now + length);
  changed(place, now);
  return true;
}

bool VenueDay::cancel_trade(std::uint32_t place, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  if (security.phase() != Phase::continuous) return false;
  const SimulatedTrade cancelled = security.cancel_last_trade();
  if (cancelled.id == 0) return false;
  publisher_->trade_cancelled(security, cancelled, now);
  publisher_->restated(market_, security, now);
  return true;
}

// The grid has no part in it: its next image would have the price again.
bool VenueDay::zero_price(std::uint32_t place, Micros now) {
  SimulatedSecurity& security = market_.securities[place];
  if (security.totals().last == 0) return false;
  const Totals kept = security.blank_prices();
  publisher_->restated(market_, security, now);
  security.restore_prices(kept);
  return true;
}

}  // namespace indexcast::sim
