// What the core is told of the calendar's day.
#include "server/app/control_feed.h"

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

Config config_of_the_day() {
  Config config;
  config.day = day_without_shanghai();
  config.collar.overrides = {{"B.SZ", 0}, {"absent.SZ", 5}};
  config.level_guard = {.move_bp = 250, .overrides = {{"G2", 50}, {"absent", 5}}};
  config.core.pending_impact_bp = 30;
  config.fx = {
      {.series = "HKDCNY", .mode = FxMode::frozen_at_close, .sources = {"f"}, .stale_after_s = 7}};
  return config;
}

std::vector<MarketEvent> opening() {
  return opening_events(config_of_the_day(), Universe({test::golden_basket()}), kDay, TimeNs{7});
}

std::vector<MarketEvent> opening_of(EventKind kind) {
  std::vector<MarketEvent> events = opening();
  std::erase_if(events, [kind](const MarketEvent& event) { return event.kind != kind; });
  return events;
}

TEST(ControlFeed, ListsClosedMarketsAndTheEndOfOpenOnes) {
  const auto shut = opening_of(EventKind::market_phase);
  ASSERT_EQ(shut.size(), 1u);
  EXPECT_EQ(shut[0].market, 0);
  EXPECT_EQ(shut[0].detail, static_cast<std::uint8_t>(MarketPhase::shut_today));
  const auto ends = opening_of(EventKind::timetable);
  ASSERT_EQ(ends.size(), 1u) << "nothing of a market that no calendar covers";
  EXPECT_EQ(ends[0].market, 2);
  EXPECT_EQ(ends[0].value[0], china_time(kDay, feed::hms(12, 10)).ns);
  for (const MarketEvent& event : opening()) {
    EXPECT_EQ(event.feed, feed::kControlFeed);
    EXPECT_EQ(event.receive_time, TimeNs{7});
    EXPECT_EQ(event.exchange_time, TimeNs{}) << "an exchange's clock has not spoken";
  }
}

TEST(ControlFeed, ListsCollarsOfMarketsBeforeThoseOfSecurities) {
  const auto collars = opening_of(EventKind::price_collar);
  ASSERT_EQ(collars.size(), 4u) << "a symbol that no definition has is left out";
  EXPECT_EQ(collars[0].market, 0);
  EXPECT_EQ(collars[0].value[0], 2500);
  EXPECT_EQ(collars[2].value[0], 5000);
  EXPECT_EQ(collars[3].instrument, 1u);
  EXPECT_EQ(collars[3].value[0], 0);
}

TEST(ControlFeed, ListsTheDefaultLevelGuardBeforeThoseOfIndices) {
  const auto rules = opening_of(EventKind::belief_rule);
  ASSERT_EQ(rules.size(), 2u) << "a code that the day does not have is left out";
  EXPECT_EQ(rules[0].instrument, kNoInstrument);
  EXPECT_EQ(rules[0].value[0], 250);
  EXPECT_EQ(rules[0].value[1], 30);
  EXPECT_EQ(rules[1].instrument, 0u);
  EXPECT_EQ(rules[1].value[0], 50);
  EXPECT_EQ(rules[1].value[1], 30);
}

TEST(ControlFeed, ListsTheRuleOfEachExchangeRate) {
  const auto rules = opening_of(EventKind::fx_rule);
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].instrument, 1u);
  EXPECT_EQ(rules[0].detail, static_cast<std::uint8_t>(FxMode::frozen_at_close));
  EXPECT_EQ(rules[0].value[0], 7 * kNsPerSecond);
  EXPECT_EQ(rules[0].value[1], china_time(kDay, feed::hms(15, 0)).ns);
}

TEST(ControlFeed, FixesARateWithoutASetting) {
  const auto events = opening_events({}, Universe({test::golden_basket()}), kDay, TimeNs{7});
  EXPECT_EQ(events.back().kind, EventKind::fx_rule);
  EXPECT_EQ(events.back().detail, static_cast<std::uint8_t>(FxMode::fixed));
}

TEST(ControlFeed, OpeningEventsChangeTheStateOfTheCore) {
  const Universe universe({test::golden_basket()});
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, {.trade_date = kDay}, log, counters);
  engine.start();
  std::uint64_t sequence = 0;
  for (const MarketEvent& event : opening()) engine.apply(event, ++sequence);
  EXPECT_EQ(engine.phase(0), MarketPhase::shut_today);
  EXPECT_TRUE(log.last().flags & kPartialMarket);
  EXPECT_EQ(counters.get(CoreCounter::unknown_rejected), 0u);
  MarketEvent wild;
  wild.kind = EventKind::price;
  wild.detail = static_cast<std::uint8_t>(PriceKind::last);
  wild.value[0] = test::price("600").raw;
  wild.instrument = 0;
  engine.apply(wild, ++sequence);
  EXPECT_EQ(counters.get(CoreCounter::price_pending), 1u);
  wild.instrument = 1;  // its collar is off
  engine.apply(wild, ++sequence);
  EXPECT_EQ(engine.sums().price(1), test::price("600"));
}

}  // namespace
}  // namespace indexcast::server
