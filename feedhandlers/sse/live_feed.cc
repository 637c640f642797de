#include "feedhandlers/sse/live_feed.h"

#include <utility>

namespace indexcast::sse {

LiveFeed::LiveFeed(const Settings& settings, const feed::SymbolTable& symbols,
                   feed::EventSink& sink, std::uint64_t backoff_seed) {
  auto handler = std::make_unique<Handler>(settings, symbols, sink);
  handler_ = handler.get();
  gateways_ = std::make_unique<feed::TcpFeed>(
      feed::Venue::sse, feed::addresses_of(settings.gateways), std::move(handler), backoff_seed);
  if (!settings.fallback_file.empty()) file_ = std::make_unique<MktdtWatcher>(settings, *handler_);
}

std::size_t LiveFeed::poll(TimeNs now) {
  std::size_t work = gateways_->poll(now);
  handler_->sources().on_time(now, handler_->market_trades());
  if (file_ && file_->poll(now)) ++work;
  return work;
}

}  // namespace indexcast::sse
