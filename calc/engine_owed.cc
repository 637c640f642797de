// The engine's share that keeps a price of a thousand indices from holding up a price of another
// one.
#include <algorithm>

#include "calc/engine.h"

namespace indexcast {

// Publishes what has to stand before the event is taken.
void Engine::make_way(const MarketEvent& event) {
  if (!may_overtake(event)) return work_off(0);
  work_off(event.basis);
  settle_shared(event.instrument);
}

// What touches nothing but its own instrument and the indices that hold it.
bool Engine::may_overtake(const MarketEvent& event) const {
  if (owed_.left == 0) return true;
  const bool of_instrument = event.kind == EventKind::price || event.kind == EventKind::quote;
  return of_instrument && event.instrument < instruments_.size() &&
         event.exchange_time < next_deadline_ &&
         universe_->memberships(event.instrument).size() <= OwedLevels::kPiece;
}

void Engine::owe_levels(const MarketEvent& event, bool changed) {
  owed_ = {event, input_sequence_, changed, 0, universe_->memberships(event.instrument).size()};
}

void Engine::work_off(std::size_t left) {
  if (owed_.left <= left) return;
  const auto holders = universe_->memberships(owed_.cause.instrument);
  for (; owed_.left > left; ++owed_.next) {
    prefetch_after(holders, owed_.next);
    settle_owed(owed_.next);
  }
}

// As the owing price would have done at once. An index whose turn came early is left.
void Engine::settle_owed(std::size_t place) {
  const IndexId id = universe_->memberships(owed_.cause.instrument)[place].index;
  if (indices_[id].settled_for == owed_.input_sequence) return;
  indices_[id].settled_for = owed_.input_sequence;
  --owed_.left;
  event_ = &owed_.cause;
  input_sequence_ = owed_.input_sequence;
  refresh(id, owed_.changed, Cause::price);
  event_ = nullptr;
}

// An index that holds both instruments publishes the level of the earlier price first.
void Engine::settle_shared(InstrumentId id) {
  const auto owing = universe_->memberships(owed_.cause.instrument);
  auto from = owing.begin() + static_cast<std::ptrdiff_t>(owed_.next);
  for (const Membership& m : universe_->memberships(id)) {
    from = std::lower_bound(from, owing.end(), m.index,
                            [](const Membership& at, IndexId index) { return at.index < index; });
    if (from == owing.end()) return;
    if (from->index == m.index) settle_owed(static_cast<std::size_t>(from - owing.begin()));
  }
}

}  // namespace indexcast
