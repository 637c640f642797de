#include "feedhandlers/szse/live_feed.h"

#include <algorithm>
#include <utility>

namespace indexcast::szse {

feed::UdpFeedSettings multicast_sockets(const MulticastSettings& settings) {
  feed::UdpFeedSettings sockets;
  sockets.venue = feed::Venue::szse;
  sockets.interface = settings.interface;
  sockets.receive_buffer_bytes = settings.receive_buffer_bytes;
  sockets.sources = settings.sources;
  sockets.join_sources = settings.join_sources;
  sockets.clocks = settings.clocks;
  for (const MulticastChannel& channel : settings.channels) {
    sockets.lines.push_back({channel.id, feed::Line::a, channel.line_a});
    if (channel.line_b.host.empty()) continue;
    sockets.lines.push_back({channel.id, feed::Line::b, channel.line_b});
  }
  return sockets;
}

LiveFeed::LiveFeed(const Settings& settings, const feed::SymbolTable& symbols,
                   feed::EventSink& sink, std::uint64_t backoff_seed)
    : backoff_seed_(backoff_seed) {
  if (settings.transport == FeedTransport::multicast) {
    open_multicast(settings, symbols, sink);
  } else {
    open_tcp(settings, symbols, sink);
  }
  if (ticks_ == nullptr || settings.resend_gateways.empty()) return;
  resend_ = std::make_unique<feed::TcpFeed>(
      feed::Venue::szse, feed::addresses_of(settings.resend_gateways),
      std::make_unique<ResendSession>(settings, *ticks_, *counters_), backoff_seed_ + 1);
}

void LiveFeed::open_tcp(const Settings& settings, const feed::SymbolTable& symbols,
                        feed::EventSink& sink) {
  auto handler = std::make_unique<Handler>(settings, symbols, sink);
  counters_ = &handler->counters();
  ticks_ = handler->ticks();
  tcp_ = std::make_unique<feed::TcpFeed>(feed::Venue::szse, feed::addresses_of(settings.gateways),
                                         std::move(handler), backoff_seed_);
  realtime_ = tcp_.get();
}

void LiveFeed::open_multicast(const Settings& settings, const feed::SymbolTable& symbols,
                              feed::EventSink& sink) {
  mddp_ = std::make_unique<MddpHandler>(settings, symbols, sink);
  counters_ = &mddp_->counters();
  ticks_ = mddp_->ticks();
  udp_ = std::make_unique<feed::UdpFeed>(multicast_sockets(settings.multicast), *mddp_);
  realtime_ = udp_.get();
}

std::size_t LiveFeed::poll(TimeNs now) {
  std::size_t work = realtime_->poll(now);
  if (resend_ != nullptr) work += resend_->poll(now);
  state_.store(realtime_->state(), std::memory_order_release);
  return work;
}

bool LiveFeed::take_notice(feed::SessionNotice& out) {
  if (tcp_ != nullptr && tcp_->take_notice(out)) return true;
  if (mddp_ != nullptr && mddp_->take_notice(out)) return true;
  if (resend_ == nullptr || !resend_->take_notice(out)) return false;
  out.resend = true;
  return true;
}

TimeNs LiveFeed::due(TimeNs now) const {
  const TimeNs due = realtime_->due(now);
  return resend_ == nullptr ? due : std::min(due, resend_->due(now));
}

void LiveFeed::watch(feed::ReadySet& ready) {
  realtime_->watch(ready);
  if (resend_ != nullptr) resend_->watch(ready);
}

}  // namespace indexcast::szse
