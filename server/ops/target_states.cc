#include "server/ops/target_states.h"

#include <cstdlib>

#include "calc/control.h"
#include "feedhandlers/market/venue.h"

namespace indexcast::server {

namespace {

// Whether an exchange's previous close is ours. Hong Kong's may be the close or the ex-price, in
// three places (METHODOLOGY 4).
bool fits(const Instrument& ours, Price stated) {
  constexpr std::int64_t kTolerance = 1'000;  // 0.001
  if (ours.market != feed::market_of(feed::Venue::hkex)) return stated == ours.reference_price;
  return std::abs(stated.raw - ours.close.raw) <= kTolerance ||
         std::abs(stated.raw - ours.reference_price.raw) <= kTolerance;
}

}  // namespace

TargetStates::TargetStates(const Universe& universe)
    : universe_(&universe),
      indices_(universe.indices().size()),
      instruments_(universe.instruments().size()),
      series_(universe.series().size()) {}

void TargetStates::apply(const Record& record) {
  switch (record.kind()) {
    case RecordKind::price_applied:
      return apply(record.as<PriceApplied>());
    case RecordKind::level_update: {
      const auto level = record.as<LevelUpdate>();
      indices_[level.header.id].level = level;
      return;
    }
    case RecordKind::input_decision:
      return apply(record.as<InputDecision>());
    case RecordKind::control_done:
      return apply(record.as<ControlDone>());
    default:
      return;
  }
}

void TargetStates::apply(const PriceApplied& price) {
  InstrumentControlState& of = instruments_[price.header.id];
  of.price = price.price;
  of.kind = static_cast<PriceKind>(price.header.detail);
  if (of.kind == PriceKind::previous_close &&
      !fits(universe_->instruments()[price.header.id], price.price))
    of.previous_close = price.price;
}

void TargetStates::apply(const InputDecision& decision) {
  const bool waits = decision.header.detail == static_cast<std::uint8_t>(Decision::pending);
  const std::int64_t pending = waits ? decision.value : 0;
  const auto reason = static_cast<DecisionReason>(decision.header.detail2);
  // A price that was never usable settles nothing about one that waits.
  if (reason <= DecisionReason::beyond_bound) return;
  switch (static_cast<DecisionSubject>(decision.header.detail3)) {
    case DecisionSubject::price: {
      InstrumentControlState& of = instruments_[decision.header.id];
      // A previous close is no price that waits: it stands until it is confirmed.
      const bool of_reference = reason == DecisionReason::reference_outside;
      (of_reference ? of.previous_close : of.pending) =
          Price{of_reference ? decision.value : pending};
      break;
    }
    case DecisionSubject::rate:
      series_[decision.header.id].pending = FxRate{pending};
      break;
    case DecisionSubject::level_guard:
    case DecisionSubject::order:
      break;  // its indices have the flag
    case DecisionSubject::close:
      break;  // moves nothing
  }
}

void TargetStates::apply(const ControlDone& done) {
  const auto op = static_cast<ControlOp>(done.header.detail);
  const std::uint32_t id = done.header.id;
  if (done.header.detail2 == static_cast<std::uint8_t>(ControlOutcome::unknown_target)) return;
  if (is_of_index(op)) {
    indices_[id].version = done.version;
  } else if (is_of_instrument(op)) {
    apply_to_instrument(done);
  } else {
    apply_to_series(done);
  }
}

void TargetStates::apply_to_instrument(const ControlDone& done) {
  InstrumentControlState& of = instruments_[done.header.id];
  of.version = done.version;
  const bool applied = done.header.detail2 == static_cast<std::uint8_t>(ControlOutcome::applied);
  const auto op = static_cast<ControlOp>(done.header.detail);
  if (applied && op == ControlOp::confirm_reference) of.confirmed = true;
}

// No record says which rate is in force, so the requests themselves do.
void TargetStates::apply_to_series(const ControlDone& done) {
  SeriesControlState& of = series_[done.header.id];
  of.version = done.version;
  if (done.header.detail2 != static_cast<std::uint8_t>(ControlOutcome::applied)) return;
  const auto op = static_cast<ControlOp>(done.header.detail);
  if (op == ControlOp::override_rate) of.override_rate = FxRate{done.value};
  if (op == ControlOp::release_rate) of.override_rate = {};
  if (op == ControlOp::set_day_fx) of.day_fx = FxRate{done.value};
}

}  // namespace indexcast::server
