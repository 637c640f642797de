#include "feedhandlers/sse/source_switch.h"

namespace indexcast::sse {

void SourceSwitch::on_gateway_state(FeedState state, TimeNs now) {
  gateway_ = state;
  events_.feed_state(feed::kMainChannel, state, now);
  if (state == FeedState::live) return take(Source::gateway, now);
  announce(now);
}

void SourceSwitch::on_gateway_data(TimeNs now) {
  gateway_data_ = now;
  if (gateway_ == FeedState::live) take(Source::gateway, now);
}

void SourceSwitch::on_file_state(FeedState state, TimeNs now) {
  if (file_ == state) return;
  file_ = state;
  events_.feed_state(kFileChannel, state, now);
  announce(now);
}

void SourceSwitch::on_time(TimeNs now, bool market_trades) {
  if (!has_file_ || source() == Source::file) return;
  const bool logged_on = gateway_ != FeedState::down && gateway_ != FeedState::connecting;
  if (gateway_data_.ns == 0 || (logged_on && !market_trades)) gateway_data_ = now;
  if (now - gateway_data_ >= fallback_after_ns_) take(Source::file, now);
}

void SourceSwitch::take(Source source, TimeNs now) {
  if (source != this->source()) {
    source_.store(source, std::memory_order_relaxed);
    counters_.add(feed::FeedCounter::source_switches);
    if (source == Source::gateway) return on_file_state(FeedState::down, now), announce(now);
  }
  announce(now);
}

void SourceSwitch::announce(TimeNs now) {
  const FeedState state = source() == Source::file ? file_ : gateway_;
  if (state == whole_.load(std::memory_order_relaxed)) return;
  whole_.store(state, std::memory_order_relaxed);
  events_.feed_state(feed::kWholeFeed, state, now);
}

}  // namespace indexcast::sse
