#include "server/app/handler_set.h"

#include "feedhandlers/hkex/udp_lines.h"

namespace indexcast::server {

HandlerSet::HandlerSet(const Config& config, const Universe& universe, feed::EventSink& sink) {
  if (config.sse_enabled) {
    sse_symbols_ = std::make_unique<feed::SymbolTable>(universe, feed::Venue::sse);
    sse_ = std::make_unique<sse::Handler>(config.sse, *sse_symbols_, sink);
  }
  if (config.szse_enabled) {
    szse_symbols_ = std::make_unique<feed::SymbolTable>(szse::make_symbols(config.szse, universe));
    add_szse(config.szse, sink);
  }
  if (config.hkex_enabled) {
    hkex_symbols_ = std::make_unique<feed::SymbolTable>(universe, feed::Venue::hkex);
    hkex_ = std::make_unique<hkex::Handler>(config.hkex, *hkex_symbols_, sink);
    hkex_retransmission_ = std::make_unique<hkex::RetransmissionClient>(config.hkex.retransmission,
                                                                        *hkex_, hkex_->counters());
    hkex_->use(hkex_retransmission_.get());
  }
}

void HandlerSet::add_szse(const szse::Settings& settings, feed::EventSink& sink) {
  szse::TickSource* ticks = nullptr;
  if (settings.transport == szse::FeedTransport::multicast) {
    szse_multicast_ = std::make_unique<szse::MddpHandler>(settings, *szse_symbols_, sink);
    ticks = szse_multicast_->ticks();
  } else {
    szse_ = std::make_unique<szse::Handler>(settings, *szse_symbols_, sink);
    ticks = szse_->ticks();
  }
  if (ticks == nullptr) return;
  feed::FeedCounters& counters = szse_ ? szse_->counters() : szse_multicast_->counters();
  szse_resend_ = std::make_unique<szse::ResendSession>(settings, *ticks, counters);
}

feed::ReplayRoutes HandlerSet::routes(const Config& config) {
  feed::ReplayRoutes routes;
  if (sse_) routes.streams.push_back({feed::addresses_of(config.sse.gateways), sse_.get()});
  if (szse_) routes.streams.push_back({feed::addresses_of(config.szse.gateways), szse_.get()});
  if (szse_resend_)
    routes.streams.push_back({feed::addresses_of(config.szse.resend_gateways), szse_resend_.get()});
  if (szse_multicast_) {
    for (const feed::UdpLine& line : szse::multicast_sockets(config.szse.multicast).lines) {
      routes.datagrams.push_back({line.address, line.channel, line.line, szse_multicast_.get()});
    }
  }
  if (!hkex_) return routes;
  if (!config.hkex.retransmission.servers.empty()) {
    routes.streams.push_back({config.hkex.retransmission.servers, hkex_retransmission_.get()});
  }
  for (const hkex::ChannelSettings& channel : config.hkex.channels) {
    for (const feed::UdpLine& line : hkex::lines_of(channel)) {
      routes.datagrams.push_back({line.address, line.channel, line.line, hkex_.get()});
    }
  }
  return routes;
}

const feed::FeedCounters* HandlerSet::counters(feed::Venue venue) {
  switch (venue) {
    case feed::Venue::sse:
      return sse_ ? &sse_->counters() : nullptr;
    case feed::Venue::szse:
      if (szse_multicast_) return &szse_multicast_->counters();
      return szse_ ? &szse_->counters() : nullptr;
    case feed::Venue::hkex:
      return hkex_ ? &hkex_->counters() : nullptr;
  }
  return nullptr;
}

}  // namespace indexcast::server
