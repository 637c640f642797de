// The engine's share that decides which prices are believed (METHODOLOGY 4, input control). Every
// decision is a record with its reason.
#include "calc/engine.h"

namespace indexcast {
namespace {

DecisionReason reason_of(CollarVerdict verdict) {
  return verdict == CollarVerdict::outside_limits ? DecisionReason::outside_limits
                                                  : DecisionReason::outside_collar;
}

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
  const CollarVerdict verdict = state.collar.judge(Price{event.value[0]}, state.centre);
  if (verdict == CollarVerdict::inside) {
    if (pending_.holds(id)) [[unlikely]]
      refuse_pending(id, DecisionReason::back_inside);
    return true;
  }
  if (!pending_.confirmed_by(event)) {
    keep_pending(id, event, reason_of(verdict));
    return false;
  }
  pending_.drop(id);
  counters_->add(CoreCounter::pending_accepted);
  decide(Decision::accepted, DecisionReason::traded_again, id, event);
  return true;
}

void Engine::keep_pending(InstrumentId id, const MarketEvent& event, DecisionReason reason) {
  pending_.keep(event);
  decide(Decision::pending, reason, id, event);
}

// The price is taken as if it came now, from what makes it believed.
void Engine::accept_pending(InstrumentId id, DecisionReason reason) {
  MarketEvent kept = pending_.of(id);
  pending_.drop(id);
  counters_->add(CoreCounter::pending_accepted);
  decide(Decision::accepted, reason, id, kept);
  const MarketEvent* const cause = event_;
  kept.receive_time = cause->receive_time;
  event_ = &kept;
  const bool changed = take_price(id, kept);
  refresh_holders(id, changed, Cause::price);
  event_ = cause;
}

void Engine::refuse_pending(InstrumentId id, DecisionReason reason) {
  counters_->add(CoreCounter::pending_refused);
  decide(Decision::refused, reason, id, pending_.of(id));
  pending_.drop(id);
}

// Only time in which a price inside the collar could have come counts.
void Engine::check_pending_prices() {
  for (std::size_t i = 0; i < pending_.waiting().size();) {
    const InstrumentId id = pending_.waiting()[i];
    const TimeNs now = event_->receive_time;
    if (pending_.wait(id, now, listening_to(id)) < settings_.pending_wait_ns) {
      ++i;
    } else {
      accept_pending(id, DecisionReason::waited);
    }
  }
}

bool Engine::listening_to(InstrumentId id) const {
  const MarketState& market = markets_[universe_->instruments()[id].market];
  const bool speaks =
      market.phase != MarketPhase::scheduled && market.phase != MarketPhase::halt && !market.over();
  return speaks && market.channels.is_current(instruments_[id].channel, instruments_[id].unheard);
}

void Engine::decide(Decision decision, DecisionReason reason, InstrumentId id,
                    const MarketEvent& event) {
  InputDecision record;
  record.header.detail3 = static_cast<std::uint8_t>(DecisionSubject::price);
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
