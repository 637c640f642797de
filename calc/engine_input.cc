// The engine's share that decides which prices are believed (METHODOLOGY 4, input control). Every
// decision is a record with its reason.
#include "calc/engine.h"

namespace indexcast {
namespace {

DecisionReason reason_of(CollarVerdict verdict) {
  return verdict == CollarVerdict::outside_limits ? DecisionReason::outside_limits
         : verdict == CollarVerdict::far          ? DecisionReason::far
                                                  : DecisionReason::outside_collar;
}

// HKEX states previous closes to three decimals.
constexpr std::int64_t kHkexRounding = 1'000;
constexpr MarketId kHkexMarket = 2;

}  // namespace

// True, with the reason written, when the price is never usable.
bool Engine::refuse_unusable(InstrumentId id, const MarketEvent& event) {
  const Price price{event.value[0]};
  const Price reference = universe_->instruments()[id].reference_price;
  if (price.raw > 0 && price.raw / kPriceBound <= reference.raw && !is_overflow_code(price))
      [[likely]]
    return false;
  const DecisionReason reason = price.raw <= 0            ? DecisionReason::not_positive
                                : is_overflow_code(price) ? DecisionReason::overflow_code
                                                          : DecisionReason::beyond_bound;
  decide(Decision::refused, reason, id, event);
  return true;
}

// Whether the price is taken now. Of what waited for its instrument this decides too.
bool Engine::passes_collar(InstrumentId id, const MarketEvent& event) {
  const InstrumentState& state = instruments_[id];
  const CollarVerdict verdict =
      state.collar.judge(Price{event.value[0]}, state.centre, state.opened());
  if (verdict != CollarVerdict::inside) [[unlikely]]
    return is_confirmed(id, event, verdict);
  if (state.pending) [[unlikely]]
    refuse_pending(id, DecisionReason::back_inside);
  return true;
}

// A price outside waits, unless earlier messages confirm it now.
bool Engine::is_confirmed(InstrumentId id, const MarketEvent& event, CollarVerdict verdict) {
  InstrumentState& state = instruments_[id];
  const Instrument& instrument = universe_->instruments()[id];
  const Price price{event.value[0]};
  const Price waiting = state.pending ? Price{pending_.of(id).value[0]} : Price{};
  const bool unbound = state.resumed || instrument.suspended || state.collar.unlimited;
  const auto reason = pending_.offer(
      event, {.verdict = verdict,
              .above = price > state.centre,
              .may_be_far = unbound && !is_scale_error(price, state.centre),
              .step = price_step(state.pending ? waiting : price, instrument.currency == "HKD")});
  state.pending = !reason.has_value();
  if (reason) {
    pending_.drop(id);
    counters_->add(CoreCounter::pending_accepted);
    decide(Decision::accepted, *reason, id, event);
    publish_pending(id, Decision::accepted, *reason, event);
    return true;
  }
  decide(Decision::pending, reason_of(verdict), id, event);
  if (price != waiting) publish_pending(id, Decision::pending, reason_of(verdict), event);
  return false;
}

// An operator believes it: it is taken as if it came now.
void Engine::accept_pending(InstrumentId id) {
  MarketEvent kept = pending_.of(id);
  counters_->add(CoreCounter::pending_accepted);
  decide(Decision::accepted, DecisionReason::by_operator, id, kept);
  publish_pending(id, Decision::accepted, DecisionReason::by_operator, kept);
  pending_.drop(id);
  instruments_[id].pending = false;
  const MarketEvent* const cause = event_;
  kept.receive_time = cause->receive_time;
  event_ = &kept;
  const bool changed = take_price(id, kept, false);
  refresh_holders(id, changed, Cause::price);
  event_ = cause;
}

// The caller updates the flags afterwards.
void Engine::refuse_pending(InstrumentId id, DecisionReason reason) {
  counters_->add(CoreCounter::pending_refused);
  decide(Decision::refused, reason, id, pending_.of(id));
  publish_pending(id, Decision::refused, reason, pending_.of(id));
  pending_.drop(id);
  instruments_[id].pending = false;
}

// Only time in which a price inside the collar could have come counts.
void Engine::count_waiting_time() {
  for (const InstrumentId id : pending_.waiting())
    pending_.count_time(id, event_->receive_time, feed_is_live(id));
}

bool Engine::feed_is_live(InstrumentId id) const {
  const MarketState& market = markets_[universe_->instruments()[id].market];
  return market.speaks() &&
         market.channels.is_current(instruments_[id].channel, instruments_[id].unheard);
}

// Whether the exchange's previous close may be the price. Whenever it comes: once it differs from
// ours, it does until an operator confirms it.
bool Engine::passes_reference(InstrumentId id, const MarketEvent& event) {
  InstrumentState& state = instruments_[id];
  const Price previous{event.value[0]};
  const bool inside = state.collar.within_width(previous, state.base);
  if (is_reference(id, previous) || previous == state.confirmed_close) return inside;
  const bool news = !state.reference_mismatch || state.claimed_close != previous;
  state.reference_mismatch = true;
  state.claimed_close = previous;
  if (!inside && news) decide(Decision::pending, DecisionReason::reference_outside, id, event);
  return inside;
}

bool Engine::is_reference(InstrumentId id, Price previous_close) const {
  const Instrument& instrument = universe_->instruments()[id];
  if (instrument.market != kHkexMarket) return previous_close == instrument.reference_price;
  const auto equals = [&](Price ours) {
    return previous_close.raw - ours.raw <= kHkexRounding &&
           ours.raw - previous_close.raw <= kHkexRounding;
  };
  return equals(instrument.reference_price) || equals(instrument.close);
}

// An operator confirmed a previous close that the collar kept out: the day began there.
void Engine::trust_claimed_close(InstrumentId id) {
  InstrumentState& state = instruments_[id];
  if (state.collar.within_width(state.claimed_close, state.base)) return;
  PriceCollar& collar = state.collar;
  state.base = state.claimed_close;
  state.limits_mismatch = collar.set_limits(collar.lower_limit, collar.upper_limit, state.base);
  if (state.opened()) return;
  state.centre = state.usable = state.claimed_close;
  mark_received(id, PriceKind::previous_close);
}

void Engine::decide(Decision decision, DecisionReason reason, InstrumentId id,
                    const MarketEvent& event, DecisionSubject subject) {
  InputDecision record;
  record.header.detail3 = static_cast<std::uint8_t>(subject);
  record.header.id = id;
  record.value = event.value[0];
  record.reference = instruments_[id].centre.raw;
  record.volume = event.value[1];
  write_decision(record, decision, reason, event);
}

void Engine::write_decision(InputDecision& record, Decision decision, DecisionReason reason,
                            const MarketEvent& event) {
  record.header.detail = static_cast<std::uint8_t>(decision);
  record.header.detail2 = static_cast<std::uint8_t>(reason);
  record.header.input_sequence = input_sequence_;
  record.exchange_time = event.exchange_time;
  record.receive_time = event.receive_time;
  record.feed_sequence = event.feed_sequence;
  sink_->write(Record::of(record));
}

// Of one instrument, or of every one of a market.
void Engine::apply_collar(const MarketEvent& event) {
  const std::int64_t width = event.value[0];
  const bool one = event.instrument != kNoInstrument;
  const bool known = one ? event.instrument < instruments_.size() : event.market < kMaxMarkets;
  if (!known || width < 0 || width > 10'000) return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    if (one ? id == event.instrument : universe_->instruments()[id].market == event.market)
      instruments_[id].collar.width_bp = static_cast<std::uint32_t>(width);
  }
}

}  // namespace indexcast
