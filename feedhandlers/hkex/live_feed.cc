#include "feedhandlers/hkex/live_feed.h"

#include <algorithm>
#include <utility>

#include "feedhandlers/hkex/retransmission_client.h"
#include "feedhandlers/hkex/udp_lines.h"

namespace indexcast::hkex {

LiveFeed::LiveFeed(const Settings& settings, const feed::SymbolTable& symbols,
                   feed::EventSink& sink, std::uint64_t backoff_seed)
    : handler_(settings, symbols, sink), lines_(udp_feed_settings(settings), handler_) {
  if (settings.retransmission.servers.empty()) return;
  auto client = std::make_unique<RetransmissionClient>(settings.retransmission, handler_,
                                                       handler_.counters());
  handler_.use(client.get());
  retransmission_.emplace(feed::Venue::hkex, settings.retransmission.servers, std::move(client),
                          backoff_seed);
}

// The lines first: what one of them brings need not be asked for.
std::size_t LiveFeed::poll(TimeNs now) {
  std::size_t work = lines_.poll(now);
  if (!retransmission_) return work;
  const std::uint64_t events = counters().get(feed::FeedCounter::events);
  work += retransmission_->poll(now);
  return work + static_cast<std::size_t>(counters().get(feed::FeedCounter::events) - events);
}

TimeNs LiveFeed::due(TimeNs now) const {
  const TimeNs due = lines_.due(now);
  return retransmission_ ? std::min(due, retransmission_->due(now)) : due;
}

void LiveFeed::watch(feed::ReadySet& ready) {
  lines_.watch(ready);
  if (retransmission_) retransmission_->watch(ready);
}

}  // namespace indexcast::hkex
