// The engine's share that says how far a level may be wrong (METHODOLOGY 4 and 8): what the prices
// that wait would move, and the guard on prices that moved it too far at once.
#include <algorithm>

#include "calc/engine.h"

namespace indexcast {
namespace {

constexpr std::int64_t distance(Price a, Price b) { return a > b ? a.raw - b.raw : b.raw - a.raw; }

// `moves` of a level whose sum is `sum`, 0.01 bp, rounded up. Both of kSumDecimals.
constexpr std::uint32_t impact_of(Int128 moves, Int128 sum) {
  const Int128 unit = std::max<Int128>(1, sum / kImpactMax);
  if (moves / unit >= kImpactMax) return kImpactMax;
  return static_cast<std::uint32_t>((moves + unit - 1) / unit);
}

// Whether `move` is more than `bp` of `sum`. Exact, and without a product that could overflow.
constexpr bool exceeds(Int128 move, std::uint32_t bp, Int128 sum) {
  constexpr Int128 kWhole = 10'000;
  if (sum <= 0) return move > 0;
  const Int128 rest = move - sum / kWhole * bp;
  return rest > bp || (rest > 0 && rest * kWhole > sum % kWhole * bp);
}

}  // namespace

// Sets the rule of one index, or of all of them.
void Engine::apply_belief_rule(const MarketEvent& event) {
  constexpr std::int64_t kMaxBp = 10'000;
  const std::int64_t guard = event.value[0];
  const std::int64_t impact = event.value[1];
  const bool all = event.instrument == kNoInstrument;
  const bool sane = guard >= 0 && guard <= kMaxBp && impact >= 0 && impact <= kMaxBp;
  if (!sane || !(all || event.instrument < indices_.size()))
    return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  MarketEvent cause = event;
  cause.instrument = kNoInstrument;  // an index is no member
  event_ = &cause;
  for (IndexId id = 0; id < indices_.size(); ++id) {
    if (!all && id != event.instrument) continue;
    indices_[id].guard_bp = static_cast<std::uint16_t>(guard);
    indices_[id].pending_impact_bp = static_cast<std::uint16_t>(impact);
    indices_[id].quality_due = true;
    refresh(id, false, Cause::control);
  }
  event_ = &event;
}

std::uint64_t Engine::doubt_of(InstrumentId id) const {
  const InstrumentState& state = instruments_[id];
  std::uint64_t doubt = 0;
  if (state.pending && !state.overridden)
    doubt += static_cast<std::uint64_t>(distance(Price{pending_.of(id).value[0]}, sums_.price(id)));
  if (state.reference_mismatch)
    doubt += static_cast<std::uint64_t>(
        distance(state.claimed_close, universe_->instruments()[id].reference_price));
  return doubt;
}

// Hands a member's doubt to the indices that hold it.
void Engine::note_doubt(InstrumentId id) {
  InstrumentState& state = instruments_[id];
  const std::uint64_t now = doubt_of(id);
  if (now == state.doubt) return;
  const Int128 change = static_cast<Int128>(now) - static_cast<Int128>(state.doubt);
  state.doubt = now;
  for (const Membership& m : universe_->memberships(id)) {
    leg_doubt_[m.leg] += change * m.shares.raw;
    indices_[m.index].quality_due = true;
  }
}

std::uint32_t Engine::pending_impact_of(IndexId id) const {
  Int128 moves = 0;
  for (const std::uint32_t leg : universe_->legs_of(id)) {
    const Int128 rate = sums_.rate(leg).raw;
    if (leg_doubt_[leg] > (kInt128Max - moves) / rate) return kImpactMax;
    moves += leg_doubt_[leg] * rate;
  }
  return impact_of(moves, sums_.sum(id));
}

// Publishes the decision about a price that waits, for each index that holds the member.
void Engine::publish_pending(InstrumentId id, Decision decision, DecisionReason reason,
                             const MarketEvent& event, DecisionSubject subject) {
  InputDecision record;
  record.header.detail = static_cast<std::uint8_t>(decision);
  record.header.detail2 = static_cast<std::uint8_t>(reason);
  record.header.detail3 = static_cast<std::uint8_t>(subject);
  record.header.id = id;
  record.value = event.value[0];
  record.reference = instruments_[id].centre.raw;
  record.exchange_time = event.exchange_time;
  for (const Membership& m : universe_->memberships(id)) write_pending(m, record);
}

// `decision` is about the member of `m`.
void Engine::write_pending(const Membership& m, const InputDecision& decision) {
  const bool of_guard =
      decision.header.detail3 == static_cast<std::uint8_t>(DecisionSubject::level_guard);
  const InstrumentId id = decision.header.id;
  const Price price{decision.value};
  const Price without = of_guard ? Price{decision.reference} : sums_.price(id);
  const Int128 shares = static_cast<Int128>(m.shares.raw) * sums_.rate(m.leg).raw;
  const Int128 sum = sums_.sum(m.index) + (without.raw - sums_.price(id).raw) * shares;
  const Int128 move = distance(price, without);
  PendingPrice record;
  record.header.detail = decision.header.detail;
  record.header.detail2 = decision.header.detail2;
  record.header.detail3 = decision.header.detail3;
  record.header.id = m.index;
  record.header.input_sequence = input_sequence_;
  record.record_sequence = ++indices_[m.index].records;
  record.instrument = id;
  record.impact = move > kInt128Max / shares ? kImpactMax : impact_of(move * shares, sum);
  record.price = price;
  record.reference = Price{decision.reference};
  record.exchange_time = decision.exchange_time;
  record.receive_time = event_->receive_time;
  sink_->write(Record::of(record));
}

// Whether the price follows one of today on the same channel, and nothing came between in which
// prices could be missed or made anew: a halt, a break, a loss.
bool Engine::is_uninterrupted(InstrumentId id) {
  InstrumentState& state = instruments_[id];
  const MarketState& market = markets_[universe_->instruments()[id].market];
  const std::uint32_t epoch = market.interruptions + market.channels.interruptions(state.channel);
  const bool same =
      state.guard_armed & (state.guard_epoch == epoch) & (state.guard_channel == state.channel);
  state.guard_armed = true;
  state.guard_epoch = epoch;
  state.guard_channel = state.channel;
  return same;
}

// Judges a price that was just taken. It may move a level too far at once, or repeat or take back a
// price that did.
void Engine::watch_move(InstrumentId id, const MarketEvent& event, bool judged) {
  const Price price{event.value[0]};
  const bool known = guard_.active(id) && update_guard(id, event);
  if (event.detail == static_cast<std::uint8_t>(PriceKind::close)) return;
  if (is_uninterrupted(id) & judged) {
    const auto base = guard_.follow(id, price, event.exchange_time);
    if (base && !known) raise_guards(id, event, *base);
  } else {
    guard_.begin(id, price, event.exchange_time);
  }
}

// True when it is the price that moved a level too far, or the one before.
bool Engine::update_guard(InstrumentId id, const MarketEvent& event) {
  const bool in_hkd = universe_->instruments()[id].currency == "HKD";
  return guard_.on_price(event, price_step(guard_.price(id), in_hkd));
}

void Engine::raise_guards(InstrumentId id, const MarketEvent& event, Price base) {
  const Price price{event.value[0]};
  InputDecision record;
  bool raised = false;
  std::size_t place = universe_->first_membership(id);
  for (const Membership& m : universe_->memberships(id)) {
    const std::size_t at = place++;
    IndexState& index = indices_[m.index];
    if (index.guard_bp == 0) continue;
    const Int128 shares = static_cast<Int128>(m.shares.raw) * sums_.rate(m.leg).raw;
    const Int128 sum = sums_.sum(m.index) - (price.raw - base.raw) * shares;
    if (!exceeds(distance(price, base) * shares, index.guard_bp, sum)) continue;
    if (!raised) {
      record.header.detail3 = static_cast<std::uint8_t>(DecisionSubject::level_guard);
      record.header.id = id;
      record.value = price.raw;
      record.reference = base.raw;
      record.volume = event.value[1];
      write_decision(record, Decision::pending, DecisionReason::jumped, event);
    }
    raised = true;
    index.quality_due = true;
    if (!guarded_[at]) index.raise_guard();
    guarded_[at] = true;
    write_pending(m, record);
  }
  if (!raised) return;
  counters_->add(CoreCounter::level_guarded);
  guard_.fire(event, base);
}

void Engine::check_guards() {
  bool ended = false;
  for (std::size_t i = 0; i < guard_.active().size();) {
    const InstrumentId id = guard_.active()[i];
    const auto end = guard_.ends(id, event_->receive_time);
    if (end) {
      lower_guards(id, *end);
      ended = true;
    } else {
      ++i;
    }
  }
  if (!ended) [[likely]]
    return;
  for (IndexId id = 0; id < indices_.size(); ++id)
    if (indices_[id].quality_due) refresh(id, false, Cause::timer);
}

void Engine::lower_guards(InstrumentId id, GuardEnd end) {
  InputDecision record;
  record.header.detail3 = static_cast<std::uint8_t>(DecisionSubject::level_guard);
  record.header.id = id;
  record.value = guard_.price(id).raw;
  record.reference = guard_.before(id).raw;
  const bool counts = end == GuardEnd::repeated;
  write_decision(record, counts ? Decision::accepted : Decision::refused,
                 end == GuardEnd::repeated    ? DecisionReason::repeated
                 : end == GuardEnd::came_back ? DecisionReason::came_back
                                              : DecisionReason::unrepeated,
                 *event_);
  guard_.drop(id);
  std::size_t place = universe_->first_membership(id);
  for (const Membership& m : universe_->memberships(id)) {
    const std::size_t at = place++;
    if (!guarded_[at]) continue;
    guarded_[at] = false;
    indices_[m.index].lower_guard(counts);
    indices_[m.index].quality_due = true;
    write_pending(m, record);
  }
}

// Those of prices that guard no index any more.
void Engine::drop_idle_guards() {
  for (std::size_t i = 0; i < guard_.active().size();) {
    const InstrumentId id = guard_.active()[i];
    const auto first =
        guarded_.begin() + static_cast<std::ptrdiff_t>(universe_->first_membership(id));
    const auto end = first + static_cast<std::ptrdiff_t>(universe_->memberships(id).size());
    if (std::find(first, end, true) == end) {
      guard_.drop(id);
    } else {
      ++i;
    }
  }
}

// `counts`: 1, the levels under guard are right, and high and low take them in; 0, they do not.
ControlOutcome Engine::lift_guard(IndexId id, std::int64_t counts) {
  IndexState& index = indices_[id];
  if (counts != 0 && counts != 1) return ControlOutcome::bad_value;
  const bool guarded = index.guards != 0;
  if (!guarded && (counts == 0 || index.guarded_low.raw == 0)) return ControlOutcome::nothing_to_do;
  InputDecision record;
  record.header.detail =
      static_cast<std::uint8_t>(counts == 1 ? Decision::accepted : Decision::refused);
  record.header.detail2 = static_cast<std::uint8_t>(DecisionReason::by_operator);
  record.header.detail3 = static_cast<std::uint8_t>(DecisionSubject::level_guard);
  for (const InstrumentId member : guard_.active()) {
    std::size_t place = universe_->first_membership(member);
    for (const Membership& m : universe_->memberships(member)) {
      const std::size_t at = place++;
      if (m.index != id || !guarded_[at]) continue;
      guarded_[at] = false;
      record.header.id = member;
      record.value = guard_.price(member).raw;
      record.reference = guard_.before(member).raw;
      write_pending(m, record);
    }
  }
  index.guards = 0;
  index.quality_due = true;
  const bool moved = counts == 1 && index.take_in_guarded();
  drop_idle_guards();
  if (moved && index.held) {
    publish(id, index, Cause::control);
  } else {
    refresh(id, moved, Cause::control);
  }
  return ControlOutcome::applied;
}

// The memberships of another definition set have other places, so each guard is looked up by its
// index.
void Engine::take_over_guards(const Engine& from) {
  guard_.take_over(from.guard_);
  std::fill(guarded_.begin(), guarded_.end(), false);
  for (IndexState& index : indices_) index.guards = 0;
  for (const InstrumentId id : guard_.active()) {
    std::size_t place = universe_->first_membership(id);
    for (const Membership& m : universe_->memberships(id)) {
      const std::size_t at = place++;
      std::size_t old = from.universe_->first_membership(id);
      for (const Membership& before : from.universe_->memberships(id)) {
        if (before.index == m.index && from.guarded_[old]) {
          guarded_[at] = true;
          ++indices_[m.index].guards;
        }
        ++old;
      }
    }
  }
}

}  // namespace indexcast
