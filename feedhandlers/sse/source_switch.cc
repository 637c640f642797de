#include "feedhandlers/sse/source_switch.h"

namespace indexcast::sse {

void SourceSwitch::on_gateway_state(FeedState state, bool by_security, TimeNs now) {
  gateway_ = state;
  gateway_by_security_ = by_security;
  if (by_security) {
    events_.feed_state_by_security(feed::kMainChannel, state, now);
    if (source() == Source::gateway) announce_whole(state, true, now);
    return;
  }
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
    if (source == Source::gateway) {
      file_ = FeedState::down;
      events_.hand_over(kFileChannel, feed::kMainChannel, now);
    }
  }
  announce(now);
}

void SourceSwitch::announce(TimeNs now) {
  const bool of_file = source() == Source::file;
  const FeedState state = of_file ? file_ : gateway_;
  const bool by_security = !of_file && gateway_by_security_;
  if (state == whole_.load(std::memory_order_relaxed) && by_security == whole_by_security_) return;
  announce_whole(state, by_security, now);
}

void SourceSwitch::announce_whole(FeedState state, bool by_security, TimeNs now) {
  whole_.store(state, std::memory_order_relaxed);
  whole_by_security_ = by_security;
  if (by_security) return events_.feed_state_by_security(feed::kWholeFeed, state, now);
  events_.feed_state(feed::kWholeFeed, state, now);
}

}  // namespace indexcast::sse
