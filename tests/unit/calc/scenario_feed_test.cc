// A named scenario of the rates that feeds bring: each step gives the level, its change, the flags
// and `quotable` that METHODOLOGY 6 and 8 ask for.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::at;

constexpr bool kQuotable = true;
constexpr bool kNotQuotable = false;
constexpr std::uint32_t kNoFlags = 0;

enum Share : InstrumentId { kShanghai, kHongKong };

// 701,200 CNY and 332,000 HKD: at 0.90 worth 1,000,000 CNY, so the divisor is 1,000.
IndexDefinition basket_closed_at(const char* rate) {
  IndexDefinition definition = test::index("S", {test::member("600001.SH", 0, "CNY", "10", "70120"),
                                                 test::member("00001.HK", 2, "HKD", "50", "6640")});
  definition.close_fx = {{"HKD", test::rate(rate)}};
  definition.divisor =
      divisor_for(base_capitalisation(definition), definition.previous_close, definition.decimals);
  return definition;
}

// Three indices of one basket that closed at 0.90, on a day that starts at 0.909. The divisor of
// the third, 1,002.988, has taken the new rate in.
class ScenarioRates : public testing::Test {
 protected:
  enum Kind : IndexId { kRealtime, kFixed, kInDivisor };
  static constexpr MarketId kMarkets[] = {0, 2};
  static constexpr SeriesId kLive = 1;
  static constexpr SeriesId kMorningFixing = 2;

  ScenarioRates() {
    engine_.start();
    for (const MarketId market : kMarkets) {
      send(EventKind::feed_state, FeedState::live, market);
      send(EventKind::market_phase, MarketPhase::pre_open, market);
    }
  }
  static std::vector<IndexDefinition> definitions() {
    IndexDefinition realtime = basket_closed_at("0.90");
    realtime.code = "REALTIME";
    realtime.day_fx = {{"HKD", test::rate("0.909")}};
    IndexDefinition fixed = realtime;
    fixed.code = "FIXED";
    fixed.fx_series = {{"HKD", "HKDCNY morning"}};
    IndexDefinition in_divisor = basket_closed_at("0.909");
    in_divisor.code = "IN_DIVISOR";
    in_divisor.fx_series.clear();
    in_divisor.fx_in_divisor = true;
    return {realtime, fixed, in_divisor};
  }
  template <class Detail>
  void send(EventKind kind, Detail detail, MarketId market,
            std::uint32_t instrument = kNoInstrument, std::int64_t value = 0) {
    MarketEvent e;
    e.kind = kind;
    e.detail = static_cast<std::uint8_t>(detail);
    e.market = e.feed = market;
    e.instrument = instrument;
    e.value[0] = value;
    e.exchange_time = e.receive_time = now_;
    engine_.apply(e, ++sequence_);
  }
  void rate(SeriesId series, const char* value) {
    send(EventKind::fx, 0, kNoMarket, series, test::rate(value).raw);
  }
  void last(InstrumentId id, const char* value) {
    send(EventKind::price, PriceKind::last, kNoMarket, id, test::price(value).raw);
  }
  void phases(MarketPhase phase) {
    for (const MarketId market : kMarkets) send(EventKind::market_phase, phase, market);
  }
  void step(IndexId id, const char* level, const char* change, std::uint32_t flags,
            bool quotable) const {
    SCOPED_TRACE(universe_.indices()[id].code);
    const auto last = std::find_if(log_.levels.rbegin(), log_.levels.rend(),
                                   [&](const LevelUpdate& each) { return each.header.id == id; });
    ASSERT_NE(last, log_.levels.rend());
    EXPECT_EQ(format_decimal(last->level.raw, 4), level);
    EXPECT_EQ(format_decimal(last->previous_close.raw, 4), "1000.0000");
    EXPECT_EQ(format_decimal(last->level.raw - last->previous_close.raw, 4), change);
    EXPECT_EQ(last->flags, flags);
    EXPECT_EQ(last->quotable, quotable);
  }

  Universe universe_{definitions()};
  test::RecordLog log_;
  CoreCounters counters_;
  Engine engine_{universe_, {.trade_date = test::kDay}, log_, counters_};
  TimeNs now_ = test::kMorning;
  std::uint64_t sequence_ = 0;
};

TEST_F(ScenarioRates, DayOfTwoRates) {
  for (const IndexDefinition& each : definitions()) EXPECT_TRUE(check_definition(each).empty());
  // 332,000 HKD x 0.009 = 2,988
  step(kRealtime, "1002.9880", "2.9880", kNoFlags, kNotQuotable);
  step(kFixed, "1002.9880", "2.9880", kNoFlags, kNotQuotable);
  step(kInDivisor, "1000.0000", "0.0000", kNoFlags, kNotQuotable);

  constexpr std::int64_t kStaleAfter = 30 * kNsPerSecond;
  send(EventKind::fx_rule, FxMode::realtime, kNoMarket, kLive, kStaleAfter);
  send(EventKind::fx_rule, FxMode::fixed, kNoMarket, kMorningFixing, kStaleAfter);
  // No source has spoken of the first rate; the others need none.
  step(kRealtime, "1002.9880", "2.9880", kFxStale, kNotQuotable);
  step(kFixed, "1002.9880", "2.9880", kNoFlags, kNotQuotable);
  step(kInDivisor, "1000.0000", "0.0000", kNoFlags, kNotQuotable);

  now_ = at(9, 25);
  phases(MarketPhase::scheduled);
  last(kShanghai, "10");
  last(kHongKong, "50");
  now_ = at(9, 30);
  phases(MarketPhase::trading);
  step(kRealtime, "1002.9880", "2.9880", kFxStale, kNotQuotable);
  step(kFixed, "1002.9880", "2.9880", kNoFlags, kQuotable);
  step(kInDivisor, "1000.0000", "0.0000", kNoFlags, kQuotable);

  rate(kLive, "0.910");
  rate(kMorningFixing, "0.910");
  // 332,000 HKD x 0.010 = 3,320
  step(kRealtime, "1003.3200", "3.3200", kNoFlags, kQuotable);
  step(kFixed, "1002.9880", "2.9880", kNoFlags, kQuotable);
  step(kInDivisor, "1000.0000", "0.0000", kNoFlags, kQuotable);

  // -1 HKD x 6,640: -6,042.40 at 0.910; -6,035.76 at 0.909, of 1,002,988: -6.01777...
  last(kHongKong, "49");
  step(kRealtime, "997.2776", "-2.7224", kNoFlags, kQuotable);
  step(kFixed, "996.9522", "-3.0478", kNoFlags, kQuotable);
  step(kInDivisor, "993.9822", "-6.0178", kNoFlags, kQuotable);
}

}  // namespace
}  // namespace indexcast
