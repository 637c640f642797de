// The live SSE feed: its TCP gateways, and the fallback file behind them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/session/feed.h"
#include "feedhandlers/session/tcp_feed.h"
#include "feedhandlers/sse/handler.h"
#include "feedhandlers/sse/mktdt_watcher.h"
#include "feedhandlers/sse/settings.h"

namespace indexcast::sse {

// Threads as in feed.h.
class LiveFeed final : public feed::Feed {
 public:
  // `symbols` and `sink` outlive it. `settings.gateways` is not empty (std::invalid_argument).
  LiveFeed(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink,
           std::uint64_t backoff_seed);

  std::size_t poll(TimeNs now) override;
  void watch(feed::ReadySet& ready) override { gateways_->watch(ready); }
  TimeNs due(TimeNs now) const override {
    return file_ ? now + feed::kShortPollNs : gateways_->due(now);
  }
  feed::Venue venue() const override { return feed::Venue::sse; }
  // State of the source in use.
  FeedState state() const override { return handler_->sources().state(); }
  const feed::FeedCounters& counters() const override { return gateways_->counters(); }
  void set_day_over(bool over) override { gateways_->set_day_over(over); }
  bool take_notice(feed::SessionNotice& out) override { return gateways_->take_notice(out); }
  feed::FeedCounters& counters() { return handler_->counters(); }

  // Any thread.
  Source source() const { return handler_->sources().source(); }
  std::size_t gateway() const { return gateways_->gateway(); }

 private:
  Handler* handler_;  // owned by gateways_
  std::unique_ptr<feed::TcpFeed> gateways_;
  std::unique_ptr<MktdtWatcher> file_;  // null: none is configured
};

}  // namespace indexcast::sse
