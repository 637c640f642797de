#include "server/pipeline/handler_set.h"

namespace indexcast::server {

HandlerSet::HandlerSet(const Config& config, const Universe& universe, feed::EventSink& sink) {
  if (config.sse_enabled) {
    sse_symbols_ = std::make_unique<feed::SymbolTable>(universe, feed::Venue::sse);
    sse_ = std::make_unique<sse::Handler>(config.sse, *sse_symbols_, sink);
  }
  if (config.szse_enabled) {
    szse_symbols_ = std::make_unique<feed::SymbolTable>(szse::make_symbols(config.szse, universe));
    szse_ = std::make_unique<szse::Handler>(config.szse, *szse_symbols_, sink);
  }
  if (config.hkex_enabled) {
    hkex_symbols_ = std::make_unique<feed::SymbolTable>(universe, feed::Venue::hkex);
    hkex_ = std::make_unique<hkex::Handler>(config.hkex, *hkex_symbols_, sink);
  }
}

feed::ReplayRoutes HandlerSet::routes(const Config& config) {
  feed::ReplayRoutes routes;
  if (sse_) routes.streams.push_back({config.sse.gateways, sse_.get()});
  if (szse_) routes.streams.push_back({config.szse.gateways, szse_.get()});
  if (!hkex_) return routes;
  for (const hkex::ChannelSettings& channel : config.hkex.channels) {
    routes.datagrams.push_back({channel.line_a, channel.id, feed::Line::a, hkex_.get()});
    routes.datagrams.push_back({channel.line_b, channel.id, feed::Line::b, hkex_.get()});
  }
  return routes;
}

const feed::FeedCounters* HandlerSet::counters(feed::Venue venue) {
  switch (venue) {
    case feed::Venue::sse:
      return sse_ ? &sse_->counters() : nullptr;
    case feed::Venue::szse:
      return szse_ ? &szse_->counters() : nullptr;
    case feed::Venue::hkex:
      return hkex_ ? &hkex_->counters() : nullptr;
  }
  return nullptr;
}

}  // namespace indexcast::server
