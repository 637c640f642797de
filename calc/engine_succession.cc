// The engine's share in the change of a definition while the day runs (METHODOLOGY 7): an engine on
// the new definitions is built aside, by another thread; here it takes over what this one knows,
// and becomes its successor when that moves no level.
#include <algorithm>

#include "calc/engine.h"

namespace indexcast {

ControlOutcome Engine::activate(const MarketEvent& event) {
  const IndexId id = event.instrument;
  const bool staged = staged_ != nullptr && staged_->definition_set() == event.value[1] &&
                      staged_->definition_set() > definition_set() &&
                      staged_->indices_[id].version == event.value[0];
  if (!staged) return ControlOutcome::not_staged;
  staged_->take_over(*this);
  if (!staged_->levels_equal(*this)) return ControlOutcome::level_differs;
  ++staged_->indices_[id].control_version;
  successor_ = staged_;
  return ControlOutcome::applied;
}

void Engine::succeed(const MarketEvent& event, std::uint64_t input_sequence) {
  const IndexId id = event.instrument;
  MarketEvent cause = event;
  cause.exchange_time = {};
  cause.instrument = kNoInstrument;
  event_ = &cause;
  input_sequence_ = input_sequence;
  counters_->enter_definition_set(definition_set());
  write_definition(id, event.feed_sequence);
  refresh(id, true, Cause::control);
  event_ = nullptr;
}

// May be called again, after a request that was refused.
void Engine::take_over(const Engine& from) {
  for (MarketId id = 0; id < kMaxMarkets; ++id) {
    const MarketState own = markets_[id];
    markets_[id] = from.markets_[id];
    markets_[id].in_use = own.in_use;
    markets_[id].without_close = own.without_close;
  }
  phases_ = from.phases_;
  open_deadline_ = from.open_deadline_;
  began_ = from.began_;
  exchange_now_ = from.exchange_now_;
  reported_time_ = from.reported_time_;
  reported_at_ = from.reported_at_;
  claimed_time_ = from.claimed_time_;
  statistics_grid_ns_ = from.statistics_grid_ns_;
  lags_ = from.lags_;
  pending_.take_over(from.pending_);
  take_over_instruments(from);
  take_over_rates(from);
  take_over_indices(from);
  take_over_channels();
  take_over_guards(from);
  find_next_deadline();
}

// Of an instrument that nobody has spoken of yet the new definition's reference price counts.
void Engine::take_over_instruments(const Engine& from) {
  std::fill(leg_turnover_.begin(), leg_turnover_.end(), 0);
  std::fill(leg_doubt_.begin(), leg_doubt_.end(), 0);
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    InstrumentState& state = instruments_[id];
    const Price reference = universe_->instruments()[id].reference_price;
    const InstrumentState own = state;
    state = from.instruments_[id];
    state.member_flags = own.member_flags;
    state.quotes_wanted = own.quotes_wanted;
    state.doubt = 0;
    if (state.base == from.universe_->instruments()[id].reference_price) state.base = reference;
    state.limits_mismatch =
        state.collar.set_limits(state.collar.lower_limit, state.collar.upper_limit, state.base);
    const auto counted = quotes_[id].counted;
    quotes_[id] = from.quotes_[id];
    quotes_[id].counted = counted;
    if (!state.received_today) state.usable = state.centre = reference;
    if (state.kind == PriceKind::previous_close && state.received_today) {
      state.centre = state.base;
      state.reference_mismatch =
          !is_reference(id, state.usable) && state.usable != state.confirmed_close;
      state.claimed_close = state.usable;
    }
    sums_.set_price(id, state.overridden ? from.sums_.price(id) : state.usable);
    for (const Membership& m : universe_->memberships(id)) leg_turnover_[m.leg] += state.turnover;
    update_flags(id);
  }
}

// What an index froze at its close stays.
void Engine::take_over_rates(const Engine& from) {
  rates_.take_over(from.rates_);
  series_versions_ = from.series_versions_;
  for (IndexId id = 0; id < indices_.size(); ++id) {
    for (const std::uint32_t leg : universe_->legs_of(id)) {
      const SeriesId series = universe_->legs()[leg].series;
      FxRate rate = series == 0 ? universe_->legs()[leg].day_fx : rates_.in_force(series);
      const bool has_rate = rates_.rate_time(series).ns != 0 || rates_.overridden(series);
      for (const std::uint32_t old : from.universe_->legs_of(id)) {
        if (has_rate && from.universe_->legs()[old].series == series) rate = from.sums_.rate(old);
      }
      set_leg_rate(leg, rate);
    }
  }
}

void Engine::take_over_indices(const Engine& from) {
  for (IndexId id = 0; id < indices_.size(); ++id) {
    IndexState& index = indices_[id];
    const IndexState own = index;
    index = from.indices_[id];
    index.decimals = own.decimals;
    index.version = own.version;
    index.previous_close = own.previous_close;
    index.members = own.members;
    index.bid_ask = own.bid_ask;
    const auto quoted_units = index_quotes_[id].quoted_units;
    index_quotes_[id] = from.index_quotes_[id];
    index_quotes_[id].quoted_units = quoted_units;
    index.quality_due = true;
  }
}

// The members of an index may be others now.
void Engine::take_over_channels() {
  for (IndexState& index : indices_) index.channels = 0;
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    const ChannelStates::Slot slot = instruments_[id].channel;
    if (slot == ChannelStates::kWholeFeed) continue;
    const MarketId market = universe_->instruments()[id].market;
    depend_on(id, lags_.channel(market, markets_[market].channels.number(slot)));
  }
}

bool Engine::levels_equal(const Engine& other) const {
  for (IndexId id = 0; id < indices_.size(); ++id) {
    if (indices_[id].decimals != other.indices_[id].decimals ||
        sums_.level(id).level != other.sums_.level(id).level)
      return false;
  }
  return true;
}

}  // namespace indexcast
