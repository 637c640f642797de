#include "calc/sequencer.h"

#include <algorithm>

namespace indexcast {

std::size_t Sequencer::poll(TimeNs now) {
  const std::uint64_t before = input_sequence_;
  const std::size_t deferred = engine_->deferred_count();
  if (deferred > 0)
    engine_->publish_deferred(deferred - std::min(deferred, DeferredLevels::kPiece));
  std::size_t taken = 0;
  for (SpscRing<MarketEvent>* ring : rings_) taken += poll_ring(*ring);
  if (deferred == 0 && taken == 0) admit_timers_until(now);
  return static_cast<std::size_t>(input_sequence_ - before) + deferred;
}

std::size_t Sequencer::poll_ring(SpscRing<MarketEvent>& ring) {
  std::size_t taken = 0;
  const std::uint64_t last_level = engine_->levels_published() + kBatchLevels;
  for (; taken < kBatch && engine_->levels_published() < last_level; ++taken) {
    const MarketEvent* event = ring.front();
    if (event == nullptr || !engine_->may_overtake(*event)) break;
    take(*event);
    ring.pop();
  }
  return taken;
}

void Sequencer::take(const MarketEvent& event) {
  admit_timers_until(event.receive_time);
  if (engine_->deferred_count() > 0) [[unlikely]]
    return overtake(event);
  admit(event);
}

void Sequencer::overtake(const MarketEvent& event) {
  MarketEvent overtaking = event;
  overtaking.deferred_count = static_cast<std::uint32_t>(engine_->deferred_count());
  admit(overtaking);
}

void Sequencer::admit_in_time(const MarketEvent& event) {
  take(event);
  finish();
}

void Sequencer::admit(const MarketEvent& event) {
  ++input_sequence_;
  if (log_ != nullptr) log_->on_input(event, input_sequence_);
  if (event.kind == EventKind::control) [[unlikely]]
    return admit_control(event);
  engine_->admit(event, input_sequence_);
}

void Sequencer::admit_control(const MarketEvent& event) {
  engine_->set_staged(staged_.load(std::memory_order_acquire));
  engine_->apply(event, input_sequence_);
  if (engine_->successor() == nullptr) return;
  engine_ = engine_->successor();
  engine_->succeed(event, input_sequence_);
}

// Instants are multiples of the interval, so that they fall on whole seconds of the clock.
void Sequencer::admit_timers_until(TimeNs time) {
  if (time < next_timer_ || time.ns == 0) return;
  const TimeNs following{(time.ns / interval_ns_ + 1) * interval_ns_};
  if (next_timer_.ns == 0 || following - next_timer_ > kMaxCatchUp * interval_ns_)
    next_timer_ = following;
  for (; next_timer_ <= time; next_timer_ = next_timer_ + interval_ns_) {
    MarketEvent timer;
    timer.kind = EventKind::timer;
    timer.feed = kNoFeed;
    timer.value[0] = next_timer_.ns;
    timer.receive_time = next_timer_;
    admit(timer);
  }
}

}  // namespace indexcast
