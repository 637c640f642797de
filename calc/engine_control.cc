// The engine's share that carries out operators' requests (METHODOLOGY 7). Each is applied or
// refused as a whole, and says so in a record; a request that does not know the target's latest
// version is refused, so that two people cannot leave a contradictory state.
#include "calc/engine.h"

namespace indexcast {
namespace {

ControlOp op_of(const MarketEvent& event) { return static_cast<ControlOp>(event.detail); }

bool is_stale(const MarketEvent& event, std::uint32_t version) {
  return event.expected_version() != kAnyVersion && event.expected_version() != version;
}

bool has_expired(const MarketEvent& event) {
  return event.exchange_time.ns != 0 && event.receive_time > event.exchange_time;
}

// What the levels that a request causes say of their cause: no expiry as an exchange's time, and no
// index's number as a member's.
MarketEvent as_cause(const MarketEvent& event) {
  MarketEvent cause = event;
  cause.exchange_time = {};
  if (!is_of_instrument(op_of(event))) cause.instrument = kNoInstrument;
  return cause;
}

}  // namespace

void Engine::apply_control(const MarketEvent& event) {
  std::uint32_t* const version = control_version_of(event);
  ControlOutcome outcome{};
  if (version == nullptr) {
    outcome = ControlOutcome::unknown_target;
  } else if (has_expired(event)) {
    outcome = ControlOutcome::expired;
  } else if (is_stale(event, *version)) {
    outcome = ControlOutcome::stale_version;
  } else {
    outcome = carry_out(event);
  }
  const bool applied = outcome == ControlOutcome::applied;
  if (applied) ++*version;
  counters_->add(applied                                ? CoreCounter::control_applied
                 : outcome == ControlOutcome::previewed ? CoreCounter::control_previewed
                                                        : CoreCounter::control_refused);
  ControlDone record;
  record.header.detail = event.detail;
  record.header.detail2 = static_cast<std::uint8_t>(outcome);
  record.header.id = event.instrument;
  record.header.input_sequence = input_sequence_;
  record.control_id = event.feed_sequence;
  record.version = version == nullptr ? 0 : *version;
  record.expected_version = event.expected_version();
  record.value = event.value[0];
  record.receive_time = event.receive_time;
  sink_->write(Record::of(record));
}

// Null when the target does not exist.
std::uint32_t* Engine::control_version_of(const MarketEvent& event) {
  const std::uint32_t id = event.instrument;
  if (event.detail >= kControlOpCount) return nullptr;
  if (is_of_index(op_of(event)))
    return id < indices_.size() ? &indices_[id].control_version : nullptr;
  if (is_of_instrument(op_of(event)))
    return id < instruments_.size() ? &instruments_[id].control_version : nullptr;
  return id != 0 && id < series_versions_.size() ? &series_versions_[id] : nullptr;
}

ControlOutcome Engine::carry_out(const MarketEvent& event) {
  if (is_judged(op_of(event))) {
    const ControlOutcome judged = judge(event);
    if (judged != ControlOutcome::applied) return judged;
  }
  const MarketEvent cause = as_cause(event);
  event_ = &cause;
  const ControlOutcome outcome = is_of_index(op_of(event))        ? control_index(event)
                                 : is_of_instrument(op_of(event)) ? control_instrument(event)
                                                                  : control_series(event);
  event_ = &event;
  return outcome;
}

ControlOutcome Engine::control_index(const MarketEvent& event) {
  const IndexId id = event.instrument;
  switch (op_of(event)) {
    case ControlOp::hold:
      return hold(id);
    case ControlOp::release:
      return release(id);
    case ControlOp::exceptional_rule:
      return mark_exceptional(id, event.value[0]);
    case ControlOp::activate:
      return activate(event);
    case ControlOp::lift_guard:
      return lift_guard(id, event.value[0]);
    default:
      return correct_close(event);
  }
}

// A last level says that it is held; the sums go on.
ControlOutcome Engine::hold(IndexId id) {
  IndexState& index = indices_[id];
  if (index.held) return ControlOutcome::nothing_to_do;
  index.held = true;
  index.held_rates = rates_of(id);
  index.status = IndexStatus::held;
  index.quotable = false;
  publish(id, index, Cause::control);
  return ControlOutcome::applied;
}

// What happened meanwhile shows at once.
ControlOutcome Engine::release(IndexId id) {
  IndexState& index = indices_[id];
  if (!index.held) return ControlOutcome::nothing_to_do;
  index.held = false;
  index.quality_due = true;
  refresh(id, true, Cause::control);
  return ControlOutcome::applied;
}

ControlOutcome Engine::mark_exceptional(IndexId id, std::int64_t flag) {
  IndexState& index = indices_[id];
  if (flag != 0 && flag != 1) return ControlOutcome::bad_value;
  if (index.exceptional_rule == (flag == 1)) return ControlOutcome::nothing_to_do;
  index.exceptional_rule = flag == 1;
  index.quality_due = true;
  refresh(id, false, Cause::control);
  return ControlOutcome::applied;
}

ControlOutcome Engine::correct_close(const MarketEvent& event) {
  IndexState& index = indices_[event.instrument];
  Correction record;
  record.header.detail2 =
      static_cast<std::uint8_t>(universe_->indices()[event.instrument].decimals);
  record.header.id = event.instrument;
  record.header.input_sequence = input_sequence_;
  record.control_id = event.feed_sequence;
  record.from_sequence = static_cast<std::uint64_t>(event.value[1]);
  record.to_sequence = static_cast<std::uint64_t>(event.value[2]);
  record.published = index.close;
  record.corrected = Level{event.value[0]};
  record.receive_time = event.receive_time;
  record.record_sequence = ++index.records;
  sink_->write(Record::of(record));
  return ControlOutcome::applied;
}

ControlOutcome Engine::control_instrument(const MarketEvent& event) {
  const InstrumentId id = event.instrument;
  switch (op_of(event)) {
    case ControlOp::override_price:
      return override_price(id, Price{event.value[0]});
    case ControlOp::release_price:
      return release_price(id);
    case ControlOp::accept_price:
      accept_pending(id);
      return ControlOutcome::applied;
    case ControlOp::refuse_price:
      refuse_pending(id, DecisionReason::by_operator);
      update_flags(id);
      refresh_holders(id, false, Cause::control);
      return ControlOutcome::applied;
    default:
      return confirm_reference(id);
  }
}

ControlOutcome Engine::override_price(InstrumentId id, Price price) {
  instruments_[id].overridden = true;
  show_price(id, PriceKind::overridden, price);
  return ControlOutcome::applied;
}

// The feed's last usable price is in force again.
ControlOutcome Engine::release_price(InstrumentId id) {
  InstrumentState& state = instruments_[id];
  if (!state.overridden) return ControlOutcome::nothing_to_do;
  state.overridden = false;
  show_price(id, state.kind, state.usable);
  return ControlOutcome::applied;
}

void Engine::show_price(InstrumentId id, PriceKind kind, Price price) {
  refresh_holders(id, reveal_price(id, kind, price), Cause::control);
}

// Puts it in force and says so, without a level; true when it is another one.
bool Engine::reveal_price(InstrumentId id, PriceKind kind, Price price) {
  MarketEvent shown;
  shown.value[0] = price.raw;
  shown.receive_time = event_->receive_time;
  write_price_applied(id, kind, shown);
  const bool changed = put_in_force(id, price);
  update_flags(id);
  if (!changed) return false;
  for (const Membership& m : universe_->memberships(id)) indices_[m.index].level_due = true;
  return true;
}

ControlOutcome Engine::confirm_reference(InstrumentId id) {
  InstrumentState& state = instruments_[id];
  state.reference_mismatch = false;
  state.confirmed_close = state.claimed_close;
  trust_claimed_close(id);
  if (!state.opened() && !state.overridden) {
    show_price(id, PriceKind::previous_close, state.usable);
  } else {
    update_flags(id);
    refresh_holders(id, false, Cause::control);
  }
  return ControlOutcome::applied;
}

ControlOutcome Engine::control_series(const MarketEvent& event) {
  const SeriesId id = event.instrument;
  switch (op_of(event)) {
    case ControlOp::set_day_fx:
      rates_.set_day_rate(id, FxRate{event.value[0]});
      break;
    case ControlOp::override_rate:
      rates_.set_override(id, FxRate{event.value[0]});
      break;
    case ControlOp::release_rate:
      if (!rates_.overridden(id)) return ControlOutcome::nothing_to_do;
      rates_.release_override(id);
      break;
    case ControlOp::accept_rate:
      record_rate_decision(id, Decision::accepted);
      rates_.accept_pending(id);
      break;
    default:
      record_rate_decision(id, Decision::refused);
      rates_.refuse_pending(id);
      return ControlOutcome::applied;
  }
  put_rate_in_force(id, Cause::control);
  return ControlOutcome::applied;
}

void Engine::record_rate_decision(SeriesId id, Decision decision) {
  const bool accepted = decision == Decision::accepted;
  counters_->add(accepted ? CoreCounter::pending_accepted : CoreCounter::pending_refused);
  decide_rate(decision, DecisionReason::by_operator, id, rates_.pending(id));
}

// An override ends at the close: official prices are not an operator's to choose. All of a market's
// end together; its phase, which changes with them, makes the level.
void Engine::end_price_overrides(MarketId market) {
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    InstrumentState& state = instruments_[id];
    if (!state.overridden || universe_->instruments()[id].market != market) continue;
    state.overridden = false;
    reveal_price(id, state.kind, state.usable);
  }
}

}  // namespace indexcast
