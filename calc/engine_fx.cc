// The engine's share that is about exchange rates (METHODOLOGY 6).
#include "calc/engine.h"

namespace indexcast {
namespace {

constexpr bool fx_may_publish(IndexStatus status) {
  return status == IndexStatus::open || status == IndexStatus::indicative;
}

}  // namespace

void Engine::apply_rate(const MarketEvent& event) {
  const SeriesId id = event.instrument;
  if (id == 0 || id >= rates_.size()) return counters_->add(CoreCounter::unknown_rejected);
  const FxRate rate{event.value[0]};
  switch (rates_.offer(event, exchange_now_)) {
    case RateVerdict::applied:
      counters_->add(CoreCounter::rate_applied);
      rates_.update_staleness(id, event.receive_time);
      return put_rate_in_force(id, Cause::fx);
    case RateVerdict::unused:
      return counters_->add(CoreCounter::rate_unused);
    case RateVerdict::pending:
      counters_->add(CoreCounter::rate_pending);
      return decide_rate(Decision::pending, DecisionReason::fx_guard, id, rate);
    case RateVerdict::rejected:
      counters_->add(CoreCounter::rate_rejected);
      return decide_rate(Decision::refused, DecisionReason::not_positive, id, rate);
  }
}

// Through every index that binds to the series; FX freezes at the close of an index's last market,
// after which its flags alone may change.
void Engine::put_rate_in_force(SeriesId id, Cause cause) {
  const FxRate rate = rates_.in_force(id);
  for (std::uint32_t leg = 0; leg < universe_->legs().size(); ++leg) {
    const Leg& of = universe_->legs()[leg];
    IndexState& index = indices_[of.index];
    if (of.series != id) continue;
    const bool changed = sums_.rate(leg) != rate && !fx_stands(phases_of(of.index));
    if (changed) set_leg_rate(leg, rate);
    index.quality_due = true;
    index.level_due |= changed;
    refresh(of.index, changed && fx_may_publish(index.status), cause);
  }
}

void Engine::set_leg_rate(std::uint32_t leg, FxRate rate) {
  sums_.set_rate(leg, rate);
  convert_turnover(leg);
}

void Engine::apply_fx_rule(const MarketEvent& event) {
  const SeriesId id = event.instrument;
  const bool known = id != 0 && id < rates_.size() &&
                     event.detail <= static_cast<std::uint8_t>(FxMode::frozen_at_close);
  if (!known || event.value[0] < 0) return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  rates_.set_rule(id, {static_cast<FxMode>(event.detail), event.value[0], TimeNs{event.value[1]}});
  if (!rates_.update_staleness(id, event.receive_time)) return;
  MarketEvent cause = event;
  cause.instrument = kNoInstrument;  // a series is no member
  event_ = &cause;
  refresh_series(id, Cause::control);
  event_ = &event;
}

void Engine::check_rates() {
  for (SeriesId id = 1; id < rates_.size(); ++id) {
    if (rates_.update_staleness(id, event_->receive_time)) refresh_series(id, Cause::timer);
  }
}

void Engine::refresh_series(SeriesId id, Cause cause) {
  for (const Leg& leg : universe_->legs()) {
    if (leg.series != id) continue;
    indices_[leg.index].quality_due = true;
    refresh(leg.index, false, cause);
  }
}

// `rates_stand`: the index's FX is frozen, so that nothing is missed. A stale rate of little weight
// gives no flag (METHODOLOGY 8).
std::uint32_t Engine::rate_flags_of(IndexId id, bool rates_stand) const {
  std::uint32_t flags = 0;
  std::uint64_t stale_units = 0;
  for (const std::uint32_t leg : universe_->legs_of(id)) {
    const SeriesId series = universe_->legs()[leg].series;
    if (rates_.stale(series)) stale_units += leg_units_[leg];
    if (rates_.overridden(series)) flags |= kOverrideInForce;
  }
  if (stale_units != 0 && !rates_stand && indices_[id].members.is_heavy(stale_units))
    flags |= kFxStale;
  return flags;
}

void Engine::decide_rate(Decision decision, DecisionReason reason, SeriesId id, FxRate rate) {
  InputDecision record;
  record.header.detail3 = static_cast<std::uint8_t>(DecisionSubject::rate);
  record.header.id = id;
  record.value = rate.raw;
  record.reference = rates_.guard_centre(id).raw;
  write_decision(record, decision, reason, *event_);
}

}  // namespace indexcast
