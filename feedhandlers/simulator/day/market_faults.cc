// The part of a market's day that a plan of faults asks for.
#include <algorithm>
#include <functional>

#include "feedhandlers/simulator/day/venue_day.h"

namespace indexcast::sim {
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
