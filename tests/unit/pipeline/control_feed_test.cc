// What the core is told of the calendar's day.
#include "server/pipeline/control_feed.h"

#include <gtest/gtest.h>

#include "calc/engine.h"
#include "tests/support/baskets.h"

namespace indexcast::server {
namespace {

constexpr Date kDay = 20261224;

feed::MarketDay trades_until(int hour, int minute) {
  feed::MarketDay day;
  day.covered = true;
  day.timetable.sessions = {{feed::hms(9, 0), feed::hms(hour, minute)}};
  day.timetable.end_ms = feed::hms(hour, minute);
  return day;
}

feed::TradingDay day_without_shanghai() {
  feed::TradingDay day;
  day.date = kDay;
  day.markets[0].covered = true;
  day.markets[0].kind = feed::DayKind::shut;
  day.markets[2] = trades_until(12, 10);
  day.markets[2].kind = feed::DayKind::half;
  return day;
}

TEST(ControlFeed, SaysWhatIsShutAndWhenTheOthersEnd) {
  const auto events = opening_events(day_without_shanghai(), TimeNs{7});
  ASSERT_EQ(events.size(), 2u) << "nothing of a market that no calendar covers";
  EXPECT_EQ(events[0].kind, EventKind::market_phase);
  EXPECT_EQ(events[0].market, 0);
  EXPECT_EQ(events[0].detail, static_cast<std::uint8_t>(MarketPhase::shut_today));
  EXPECT_EQ(events[1].kind, EventKind::timetable);
  EXPECT_EQ(events[1].market, 2);
  EXPECT_EQ(events[1].value[0], china_time(kDay, feed::hms(12, 10)).ns);
  for (const MarketEvent& event : events) {
    EXPECT_EQ(event.feed, feed::kControlFeed);
    EXPECT_EQ(event.receive_time, TimeNs{7});
    EXPECT_EQ(event.exchange_time, TimeNs{}) << "an exchange's clock has not spoken";
  }
}

TEST(ControlFeed, TheCoreActsOnIt) {
  const Universe universe({test::golden_basket()});
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, {.trade_date = kDay}, log, counters);
  engine.start();
  std::uint64_t sequence = 0;
  for (const MarketEvent& event : opening_events(day_without_shanghai(), TimeNs{7}))
    engine.apply(event, ++sequence);
  EXPECT_EQ(engine.phase(0), MarketPhase::shut_today);
  EXPECT_TRUE(log.last().flags & kPartialMarket);
  EXPECT_EQ(counters.get(CoreCounter::unknown_rejected), 0u);
}

}  // namespace
}  // namespace indexcast::server
