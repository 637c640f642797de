#include "server/pipeline/control_feed.h"

namespace indexcast::server {

std::vector<MarketEvent> opening_events(const feed::TradingDay& day, TimeNs now) {
  std::vector<MarketEvent> events;
  for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
    const feed::MarketDay& market = day.markets[i];
    if (!market.covered) continue;
    MarketEvent event;
    event.market = feed::market_of(static_cast<feed::Venue>(i));
    event.feed = feed::kControlFeed;
    event.receive_time = now;
    if (market.kind == feed::DayKind::shut) {
      event.kind = EventKind::market_phase;
      event.detail = static_cast<std::uint8_t>(MarketPhase::shut_today);
    } else {
      event.kind = EventKind::timetable;
      event.value[0] = china_time(day.date, market.timetable.end_ms).ns;
    }
    events.push_back(event);
  }
  return events;
}

}  // namespace indexcast::server
