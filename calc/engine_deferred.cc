// The engine's share that keeps a price of a thousand indices from holding up a price of another
// one.
#include <algorithm>

#include "calc/engine.h"

namespace indexcast {

// Publishes what has to stand before the event is taken.
void Engine::flush_before(const MarketEvent& event) {
  if (!may_overtake(event)) return publish_deferred(0);
  publish_deferred(event.deferred_count);
  publish_shared(event.instrument);
}

// Returns whether the event changes only its own instrument and the indices that hold it.
bool Engine::may_overtake(const MarketEvent& event) const {
  if (deferred_.left == 0) return true;
  const bool of_instrument = event.kind == EventKind::price || event.kind == EventKind::quote;
  return of_instrument && event.instrument < instruments_.size() &&
         event.exchange_time < next_deadline_ &&
         universe_->memberships(event.instrument).size() <= DeferredLevels::kPiece;
}

void Engine::defer_levels(const MarketEvent& event, bool changed) {
  deferred_ = {event, input_sequence_, changed, 0, universe_->memberships(event.instrument).size()};
}

void Engine::publish_deferred(std::size_t left) {
  if (deferred_.left <= left) return;
  const auto holders = universe_->memberships(deferred_.cause.instrument);
  for (; deferred_.left > left; ++deferred_.next) {
    prefetch_after(holders, deferred_.next);
    publish_deferred_at(deferred_.next);
  }
}

// Publishes the deferred level. Skips an index that is already published.
void Engine::publish_deferred_at(std::size_t place) {
  const IndexId id = universe_->memberships(deferred_.cause.instrument)[place].index;
  if (indices_[id].flushed_for == deferred_.input_sequence) return;
  indices_[id].flushed_for = deferred_.input_sequence;
  --deferred_.left;
  event_ = &deferred_.cause;
  input_sequence_ = deferred_.input_sequence;
  refresh(id, deferred_.changed, Cause::price);
  event_ = nullptr;
}

// An index that holds both instruments publishes the level of the earlier price first.
void Engine::publish_shared(InstrumentId id) {
  const auto deferred_holders = universe_->memberships(deferred_.cause.instrument);
  auto from = deferred_holders.begin() + static_cast<std::ptrdiff_t>(deferred_.next);
  for (const Membership& m : universe_->memberships(id)) {
    from = std::lower_bound(from, deferred_holders.end(), m.index,
                            [](const Membership& at, IndexId index) { return at.index < index; });
    if (from == deferred_holders.end()) return;
    if (from->index == m.index)
      publish_deferred_at(static_cast<std::size_t>(from - deferred_holders.begin()));
  }
}

}  // namespace indexcast
