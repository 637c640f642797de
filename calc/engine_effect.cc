// The engine's share that judges an operator's value before it applies (METHODOLOGY 4): what each
// level would be with it, and whether it is so far from what the core believes that the asker must
// insist.
#include <algorithm>

#include "calc/engine.h"

namespace indexcast {
namespace {

// A rate further than this factor from the last accepted one is in force for nobody: it is of
// another currency or scale, and sums are not laid out for it.
constexpr std::int64_t kRateBound = 10;

constexpr bool is_rate_possible(FxRate rate, FxRate accepted) {
  return rate.raw > 0 && rate.raw / kRateBound <= accepted.raw &&
         accepted.raw / kRateBound <= rate.raw;
}

RequestMode mode_of(const MarketEvent& event) {
  return event.channel <= static_cast<std::uint32_t>(RequestMode::preview)
             ? static_cast<RequestMode>(event.channel)
             : RequestMode::careful;
}

}  // namespace

// `applied`: it may be carried out now. Anything else is the request's outcome.
ControlOutcome Engine::judge(const MarketEvent& event) {
  const auto op = static_cast<ControlOp>(event.detail);
  RequestedValue requested;
  const ControlOutcome outcome = is_of_index(op)        ? judge_close(event, requested)
                                 : is_of_instrument(op) ? judge_price(event, requested)
                                                        : judge_rate(event, requested);
  if (outcome != ControlOutcome::applied) return outcome;
  if (is_of_index(op)) {
    publish_close_effect(event, requested);
  } else if (is_of_instrument(op)) {
    publish_price_effects(event, requested);
  } else {
    publish_rate_effects(event, requested);
  }
  if (mode_of(event) == RequestMode::preview) return ControlOutcome::previewed;
  return requested.needs_force && mode_of(event) != RequestMode::force ? ControlOutcome::needs_force
                                                                       : ControlOutcome::applied;
}

// A correction moves no level; one further from what was published than the level guard allows a
// price to move it is more likely mistyped.
ControlOutcome Engine::judge_close(const MarketEvent& event, RequestedValue& requested) const {
  constexpr Int128 kWhole = 10'000;
  const IndexState& index = indices_[event.instrument];
  const std::int64_t from = event.value[1];
  const std::int64_t to = event.value[2];
  const bool range = from >= 1 && from <= to && to <= static_cast<std::int64_t>(index.sequence);
  if (event.value[0] <= 0 || !range) return ControlOutcome::bad_value;
  const Int128 published = published_close(index).raw;
  const Int128 move =
      event.value[0] > published ? event.value[0] - published : published - event.value[0];
  requested.in_force = event.value[0];
  requested.needs_force = index.guard_bp != 0 && move * kWhole > published * index.guard_bp;
  return ControlOutcome::applied;
}

ControlOutcome Engine::judge_price(const MarketEvent& event, RequestedValue& requested) const {
  const InstrumentId id = event.instrument;
  const InstrumentState& state = instruments_[id];
  const Instrument& instrument = universe_->instruments()[id];
  const Price now = sums_.price(id);
  Price asked{event.value[0]};
  Price centre = state.centre;
  requested.in_force = now.raw;
  switch (static_cast<ControlOp>(event.detail)) {
    case ControlOp::override_price:
      if (asked.raw <= 0 || asked.raw / kPriceBound > instrument.reference_price.raw)
        return ControlOutcome::bad_value;
      if (markets_[instrument.market].ended()) return ControlOutcome::nothing_to_do;
      requested.in_force = asked.raw;
      break;
    case ControlOp::accept_price:
    case ControlOp::refuse_price:
      if (!pending_.holds(id)) return ControlOutcome::nothing_to_do;
      asked = Price{pending_.of(id).value[0]};
      if (static_cast<ControlOp>(event.detail) == ControlOp::refuse_price) {
        requested.refused = asked.raw;
      } else if (!state.overridden) {
        requested.in_force = asked.raw;
      }
      break;
    default:
      if (!state.reference_mismatch) return ControlOutcome::nothing_to_do;
      asked = state.claimed_close;
      centre = state.base;
      if (!state.opened() && !state.overridden) requested.in_force = asked.raw;
  }
  requested.needs_force = state.collar.is_beyond_belief(asked, centre);
  return ControlOutcome::applied;
}

ControlOutcome Engine::judge_rate(const MarketEvent& event, RequestedValue& requested) const {
  const SeriesId id = event.instrument;
  const auto op = static_cast<ControlOp>(event.detail);
  const bool of_waiting = op == ControlOp::accept_rate || op == ControlOp::refuse_rate;
  const FxRate asked = of_waiting ? rates_.pending(id) : FxRate{event.value[0]};
  if (of_waiting && asked.raw == 0) return ControlOutcome::nothing_to_do;
  if (op != ControlOp::refuse_rate && !is_rate_possible(asked, rates_.guard_centre(id)))
    return ControlOutcome::bad_value;
  if (op == ControlOp::set_day_fx) {
    if (is_rate_move_too_large(universe_->series()[id].day_fx, asked))
      return ControlOutcome::bad_value;
    if (!is_before_open(id)) return ControlOutcome::too_late;
    if (!rates_.starts_the_day(id) || asked == rates_.guard_centre(id))
      return ControlOutcome::nothing_to_do;
  }
  requested.in_force = rates_.in_force(id).raw;
  if (op == ControlOp::refuse_rate) {
    requested.refused = asked.raw;
  } else if (op == ControlOp::override_rate || !rates_.overridden(id)) {
    requested.in_force = asked.raw;
  }
  requested.needs_force = !rates_.within_guard(id, asked);
  return ControlOutcome::applied;
}

// No index that follows the series has taken its open.
bool Engine::is_before_open(SeriesId id) const {
  return std::ranges::none_of(universe_->legs(), [&](const Leg& leg) {
    const IndexState& index = indices_[leg.index];
    return leg.series == id && (index.is_open() || status_in(leg.index, phases_of(leg.index)) >
                                                       IndexStatus::indicative);
  });
}

// A correction before the close is about the levels so far.
Level Engine::published_close(const IndexState& index) const {
  return index.close.raw != 0 ? index.close : index.level;
}

void Engine::publish_close_effect(const MarketEvent& event, const RequestedValue& requested) {
  publish_effect(event, event.instrument, published_close(indices_[event.instrument]),
                 Level{requested.in_force}, Level{});
}

void Engine::publish_price_effects(const MarketEvent& event, const RequestedValue& requested) {
  const InstrumentId id = event.instrument;
  const std::int64_t now = sums_.price(id).raw;
  for (const Membership& m : universe_->memberships(id)) {
    const Int128 shares = static_cast<Int128>(m.shares.raw) * sums_.rate(m.leg).raw;
    const auto level_at = [&](std::int64_t price) {
      return sums_.divide(m.index, sums_.sum(m.index) + (price - now) * shares).level;
    };
    publish_effect(event, m.index, level_at(now), level_at(requested.in_force),
                   requested.refused == 0 ? Level{} : level_at(requested.refused));
  }
}

void Engine::publish_rate_effects(const MarketEvent& event, const RequestedValue& requested) {
  const SeriesId id = event.instrument;
  for (IndexId index = 0; index < indices_.size(); ++index) {
    const auto legs = universe_->legs_of(index);
    const auto follows = [&](std::uint32_t leg) { return universe_->legs()[leg].series == id; };
    if (std::ranges::none_of(legs, follows)) continue;
    const bool frozen = fx_stands(phases_of(index));
    const auto level_at = [&](std::int64_t rate) {
      Int128 sum = sums_.sum(index);
      for (const std::uint32_t leg : legs) {
        if (!frozen && follows(leg)) sum += sums_.total(leg) * (rate - sums_.rate(leg).raw);
      }
      return sums_.divide(index, sum).level;
    };
    publish_effect(event, index, sums_.level(index).level, level_at(requested.in_force),
                   requested.refused == 0 ? Level{} : level_at(requested.refused));
  }
}

void Engine::publish_effect(const MarketEvent& event, IndexId index, Level before, Level after,
                            Level if_accepted) {
  ControlEffect record;
  record.header.detail = event.detail;
  record.header.detail2 = static_cast<std::uint8_t>(universe_->indices()[index].decimals);
  record.header.id = index;
  record.header.input_sequence = input_sequence_;
  record.control_id = event.feed_sequence;
  record.before = before;
  record.after = after;
  record.if_accepted = if_accepted;
  record.receive_time = event.receive_time;
  sink_->write(Record::of(record));
}

}  // namespace indexcast
