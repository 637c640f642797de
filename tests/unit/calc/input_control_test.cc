// METHODOLOGY 4, input control: one wild print never moves a level, and a true jump is late by
// seconds, never stuck.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

class InputControl : public test::EngineFixture {
 protected:
  InputControl() {
    for (MarketId market = 0; market < 3; ++market) collar(market, 25);
    phases(MarketPhase::trading);
    all_trade();
    published_ = log_.levels.size();
  }

  InputDecision last_decision() const { return last_of<InputDecision>(RecordKind::input_decision); }
  void expect_decision(Decision decision, DecisionReason reason) const {
    EXPECT_EQ(last_decision().header.detail, static_cast<std::uint8_t>(decision));
    EXPECT_EQ(last_decision().header.detail2, static_cast<std::uint8_t>(reason));
  }
  void expect_price(InstrumentId id, const char* text) const {
    EXPECT_EQ(engine_.sums().price(id), test::price(text));
  }
  // Some seconds later by both clocks; the core's timer comes meanwhile.
  void traded_after(int seconds, InstrumentId id, const std::string& text, std::int64_t volume) {
    seconds_pass(seconds);
    traded(id, text, volume);
  }
  bool pending() const { return log_.last().flags & kPricePending; }

  std::size_t published_ = 0;
};

TEST_F(InputControl, APriceOutsideWaitsAndMovesNothing) {
  const Level before = log_.last().level;
  traded(0, "200", 100);
  EXPECT_EQ(log_.last().level, before);
  EXPECT_TRUE(pending());
  EXPECT_EQ(count(CoreCounter::price_pending), 1u);
  expect_decision(Decision::pending, DecisionReason::outside_collar);
  EXPECT_EQ(last_decision().header.id, 0u);
  EXPECT_EQ(Price{last_decision().value}, test::price("200"));
  EXPECT_EQ(Price{last_decision().reference}, test::price("151.20"));
}

// 48.80 x 1,000,000 shares of a sum of 227,070,440.768: 2149.11 bp.
TEST_F(InputControl, ALevelSaysHowFarItWouldMove) {
  traded(0, "200", 100);
  EXPECT_EQ(log_.last().pending_impact, 214'912u);
  EXPECT_FALSE(log_.last().quotable);
  const auto told = last_of<PendingPrice>(RecordKind::pending_price);
  EXPECT_EQ(told.header.detail, static_cast<std::uint8_t>(Decision::pending));
  EXPECT_EQ(told.instrument, 0u);
  EXPECT_EQ(told.price, test::price("200"));
  EXPECT_EQ(told.reference, test::price("151.20"));
  EXPECT_EQ(told.impact, 214'912u);
  traded(0, "151.20", 101);
  EXPECT_EQ(log_.last().pending_impact, 0u);
  EXPECT_TRUE(log_.last().quotable);
  EXPECT_EQ(last_of<PendingPrice>(RecordKind::pending_price).header.detail,
            static_cast<std::uint8_t>(Decision::refused));
}

// A member of little weight may be out by a third without ending it.
TEST_F(InputControl, OnlyAnImpactBeyondTheSettingEndsQuotable) {
  MarketEvent& rule = event(EventKind::belief_rule, 0);
  rule.value[1] = 2'150;
  send();
  traded(0, "200", 100);
  EXPECT_TRUE(pending());
  EXPECT_TRUE(log_.last().quotable);
  event(EventKind::belief_rule, 0).value[1] = 2'149;
  send();
  EXPECT_FALSE(log_.last().quotable);
}

TEST_F(InputControl, AWildPrintIsRefusedByTheNextTruePrice) {
  traded(0, "15.12", 100);
  expect_decision(Decision::pending, DecisionReason::far);
  traded(0, "151.30", 200);
  expect_decision(Decision::refused, DecisionReason::back_inside);
  EXPECT_EQ(Price{last_decision().value}, test::price("15.12"));
  EXPECT_EQ(count(CoreCounter::pending_refused), 1u);
  seconds_pass(20);
  EXPECT_EQ(level(), "1000.4404");  // 227,170,440.768 of 227,070.440768: that of 151.30
  EXPECT_FALSE(pending());
}

TEST_F(InputControl, ThreeWitnessesOverThreeSecondsWithMoreVolumeAccept) {
  traded(0, "200", 100);
  traded_after(1, 0, "203", 100);
  traded_after(1, 0, "201", 100);
  expect_price(0, "151.20");
  traded_after(1, 0, "202", 101);
  expect_price(0, "202");
  expect_decision(Decision::accepted, DecisionReason::traded_again);
  EXPECT_EQ(log_.last().cause_value, test::price("202").raw);
  EXPECT_EQ(count(CoreCounter::pending_accepted), 1u);
  EXPECT_FALSE(pending());
}

TEST_F(InputControl, APairInOnePacketConfirmsNothing) {
  traded(0, "200", 100);
  traded(0, "200", 101);
  traded(0, "200", 102);
  expect_price(0, "151.20");
}

// Either clock alone can be forged or stretched.
TEST_F(InputControl, AWitnessIsLaterByBothClocks) {
  traded(0, "200", 100);
  for (int i = 1; i <= 20; ++i) {  // stretched stamps in one burst
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
    e.instrument = 0;
    e.value[0] = test::price("200").raw;
    e.value[1] = 100 + i;
    e.exchange_time = now_ + i * kNsPerSecond;
    send();
  }
  expect_price(0, "151.20");
  for (int i = 1; i <= 20; ++i) {  // one stamp, delivered slowly
    seconds_pass(1);
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
    e.instrument = 1;
    e.value[0] = test::price("23").raw;
    e.value[1] = 200 + i;
    e.exchange_time = test::kMorning;
    send();
  }
  expect_price(1, "17.35");
}

TEST_F(InputControl, AnotherPriceFarFromTheFirstBeginsAnew) {
  traded(0, "200", 100);
  traded_after(1, 0, "200", 101);
  traded_after(1, 0, "204.01", 102);  // more than 2 % away
  traded_after(1, 0, "204.01", 103);
  expect_price(0, "151.20");
  traded_after(2, 0, "204.01", 104);
  expect_price(0, "204.01");
}

TEST_F(InputControl, WithoutVolumeTwoWitnessesOverTenLiveSecondsAccept) {
  traded(0, "200", 100);
  traded_after(5, 0, "200", 100);
  traded_after(4, 0, "200", 100);
  expect_price(0, "151.20");
  traded_after(1, 0, "200", 100);
  expect_price(0, "200");
  expect_decision(Decision::accepted, DecisionReason::waited);
}

TEST_F(InputControl, TimeAloneConfirmsNothing) {
  traded(0, "200", 100);
  seconds_pass(3600);
  expect_price(0, "151.20");
  EXPECT_TRUE(pending());
}

TEST_F(InputControl, OnlyTimeInWhichAPriceCouldComeCounts) {
  traded(0, "200", 100);
  seconds_pass(9);
  feed(0, FeedState::recovering);
  seconds_pass(30);
  feed(0, FeedState::live);
  traded(0, "200", 100);
  expect_price(0, "151.20");
  traded_after(1, 0, "200", 100);
  expect_price(0, "200");
}

TEST_F(InputControl, LunchConfirmsNothing) {
  traded(0, "200", 100);
  phase(0, MarketPhase::scheduled);
  traded_after(30, 0, "200", 100);
  phase(0, MarketPhase::trading);
  traded_after(1, 0, "200", 100);
  expect_price(0, "151.20");
  traded_after(9, 0, "200", 100);
  expect_price(0, "200");
}

// METHODOLOGY 4 (a): message 40 of Hong Kong has no volume.
TEST_F(InputControl, ANominalPriceNeedsFiveWitnessesOverTenSeconds) {
  const auto nominal = [&] { price(2, PriceKind::nominal, "8.00"); };
  nominal();
  for (int i = 0; i < 3; ++i) {
    seconds_pass(3);
    nominal();
  }
  expect_price(2, "5.91");
  seconds_pass(1);
  nominal();
  expect_price(2, "8.00");
  expect_decision(Decision::accepted, DecisionReason::traded_again);
}

// METHODOLOGY 4 (c): a fall that never names a price twice is not stuck.
TEST_F(InputControl, TenMessagesOnOneSideOverAMinuteAccept) {
  int price = 200;
  traded(0, std::to_string(price), 100);
  for (int i = 1; i < 10; ++i) {
    traded_after(7, 0, std::to_string(price += 5), 100);
    if (i < 9) expect_price(0, "151.20");
  }
  expect_price(0, "245");
  expect_decision(Decision::accepted, DecisionReason::stays_outside);
}

TEST_F(InputControl, TheOtherSideBeginsAnew) {
  for (int i = 0; i < 30; ++i)
    traded_after(7, 0, i % 4 == 3 ? "100" : std::to_string(200 + 9 * (i % 4)), 100);
  expect_price(0, "151.20");
}

TEST_F(InputControl, AFarPriceWaitsForAnOperatorHoweverOftenItIsRepeated) {
  for (int i = 0; i < 30; ++i) traded_after(5, 0, "1512", 100 + i);
  expect_price(0, "151.20");
  EXPECT_EQ(force(ControlOp::accept_price, 0), ControlOutcome::applied);
  expect_price(0, "1512");
  EXPECT_FALSE(pending());
}

TEST_F(InputControl, AResumedSecuritysFarPriceNeedsFiveWitnessesOverAMinute) {
  status(0, InstrumentStatus::suspended);
  status(0, InstrumentStatus::trading);
  traded(0, "30.24", 100);  // a fifth of it
  for (int i = 0; i < 3; ++i) traded_after(15, 0, "30.20", 100);
  traded_after(14, 0, "30.20", 100);
  expect_price(0, "151.20");
  traded_after(1, 0, "30.20", 100);
  expect_price(0, "30.20");
  expect_decision(Decision::accepted, DecisionReason::resumed);
}

TEST_F(InputControl, AResumedSecurityMayNotChangeItsScale) {
  status(0, InstrumentStatus::suspended);
  status(0, InstrumentStatus::trading);
  for (int i = 0; i < 30; ++i) traded_after(5, 0, "15.12", 100 + i);
  expect_price(0, "151.20");
}

TEST_F(InputControl, WithoutASuspensionAFarPriceIsOnlyAnOperators) {
  status(0, InstrumentStatus::halted);
  status(0, InstrumentStatus::trading);
  for (int i = 0; i < 30; ++i) traded_after(5, 0, "30.24", 100 + i);
  expect_price(0, "151.20");
}

TEST_F(InputControl, TheNextCollarStandsAroundWhatWasTaken) {
  traded(0, "200", 100);
  for (int i = 1; i <= 3; ++i) traded_after(1, 0, "200", 100 + i);
  traded(0, "160", 104);
  expect_price(0, "160");
}

// A gateway with another scale changes its limits and its previous close too.
TEST_F(InputControl, LimitsOfAnotherScaleAreInDoubtAndNotUsed) {
  limits(0, "1360", "1663");
  EXPECT_TRUE(log_.last().flags & kReferenceMismatch);
  EXPECT_TRUE(log_.last().quotable) << "they move no level";
  traded(0, "1512", 100);
  expect_decision(Decision::pending, DecisionReason::far);
  limits(0, "136", "166");
  EXPECT_FALSE(log_.last().flags & kReferenceMismatch);
}

TEST_F(InputControl, BeyondTheExchangesLimitsOnlyAnOperatorAccepts) {
  limits(0, "136", "166");
  traded(0, "166", 100);
  expect_price(0, "166");
  for (int i = 1; i < 30; ++i) traded_after(5, 0, "166.01", 100 + i);
  expect_price(0, "166");
  expect_decision(Decision::pending, DecisionReason::outside_limits);
}

TEST_F(InputControl, APreviousCloseOutsideTheCollarIsNotThePriceUntilConfirmed) {
  Engine fresh(universe_, settings(), log_, counters_);
  std::uint64_t sequence = 0;
  const auto apply = [&] { fresh.apply(event_, ++sequence); };
  fresh.start();
  MarketEvent& width = event(EventKind::price_collar, 0);
  width.market = 1;
  width.value[0] = 2500;
  apply();
  MarketEvent& previous =
      event(EventKind::price, static_cast<std::uint8_t>(PriceKind::previous_close));
  previous.instrument = 1;
  previous.value[0] = test::price("8.67").raw;
  apply();
  EXPECT_EQ(fresh.sums().price(1), test::price("17.35"));
  expect_decision(Decision::pending, DecisionReason::reference_outside);
  EXPECT_TRUE(log_.last().flags & kReferenceMismatch);
  // 8.68 x 2,924,000 shares of a sum of 227,070,440.768: 1117.73 bp.
  EXPECT_EQ(log_.last().pending_impact, 111'773u);
  control(ControlOp::confirm_reference, 1).channel = static_cast<std::uint32_t>(RequestMode::force);
  apply();
  EXPECT_EQ(fresh.sums().price(1), test::price("8.67"));
  EXPECT_FALSE(log_.last().flags & kReferenceMismatch);
  EXPECT_EQ(log_.last().pending_impact, 0u);
  MarketEvent& first = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
  first.instrument = 1;
  first.value[0] = test::price("8.70").raw;
  apply();
  EXPECT_EQ(fresh.sums().price(1), test::price("8.70")) << "the collar moved as well";
}

TEST_F(InputControl, APreviousCloseInsideTheCollarIsThePrice) {
  Engine fresh(universe_, settings(), log_, counters_);
  MarketEvent& width = event(EventKind::price_collar, 0);
  width.market = 1;
  width.value[0] = 2500;
  fresh.apply(event_, 1);
  MarketEvent& previous =
      event(EventKind::price, static_cast<std::uint8_t>(PriceKind::previous_close));
  previous.instrument = 1;
  previous.value[0] = test::price("13.02").raw;  // 25 % below 17.35 is 13.0125
  fresh.apply(event_, 2);
  EXPECT_EQ(fresh.sums().price(1), test::price("13.02"));
  event_.detail = static_cast<std::uint8_t>(PriceKind::last);
  event_.value[0] = test::price("12").raw;
  fresh.apply(event_, 3);
  EXPECT_EQ(fresh.sums().price(1), test::price("13.02")) << "ours is kept for the collar";
}

// METHODOLOGY 4: message 11 carries three decimals.
TEST_F(InputControl, HongKongsPreviousCloseIsComparedToThreeDecimals) {
  price(2, PriceKind::previous_close, "5.911");
  EXPECT_FALSE(log_.last().flags & kReferenceMismatch);
  price(1, PriceKind::previous_close, "17.351");
  EXPECT_TRUE(log_.last().flags & kReferenceMismatch) << "Shenzhen's is exact";
}

TEST_F(InputControl, AnOfficialCloseConfirmsAPriceThatWaitsNearIt) {
  traded(0, "200", 100);
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "203");
  expect_price(0, "203");
  expect_decision(Decision::accepted, DecisionReason::official_close);
}

TEST_F(InputControl, AnOfficialCloseFarFromTheLastTradeWaits) {
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "15.12");
  price(1, PriceKind::close, "17.35");
  price(2, PriceKind::close, "5.91");
  seconds_pass(60);
  EXPECT_NE(log_.last().status(), IndexStatus::closed);
  expect_price(0, "151.20");
  control(ControlOp::accept_price, 0).exchange_time = now_ + kNsPerSecond;  // its expiry
  event_.channel = static_cast<std::uint32_t>(RequestMode::force);
  send();
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
  EXPECT_EQ(log_.last().cause(), Cause::price);
  EXPECT_EQ(log_.last().cause_instrument, 0u);
  EXPECT_LT(log_.last().exchange_time, now_) << "the price's, and not the request's expiry";
}

TEST_F(InputControl, TheOpenWaitsForAPriceThatWaits) {
  test::RecordLog log;
  CoreCounters counters;
  Engine fresh(universe_, settings(), log, counters);
  std::uint64_t sequence = 0;
  const auto apply = [&] { fresh.apply(event_, ++sequence); };
  const auto last = [&](InstrumentId id, const char* text) {
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
    e.instrument = id;
    e.value[0] = test::price(text).raw;
    apply();
  };
  fresh.start();
  for (MarketId market = 0; market < 3; ++market) {
    event(EventKind::feed_state, static_cast<std::uint8_t>(FeedState::live)).market = market;
    apply();
    MarketEvent& width = event(EventKind::price_collar, 0);
    width.market = market;
    width.value[0] = 2500;
    apply();
    event(EventKind::market_phase, static_cast<std::uint8_t>(MarketPhase::pre_open)).market =
        market;
    apply();
  }
  for (MarketId market = 0; market < 3; ++market) {
    event(EventKind::market_phase, static_cast<std::uint8_t>(MarketPhase::trading)).market = market;
    apply();
  }
  last(0, "200");
  last(1, "17.35");
  last(2, "5.91");
  EXPECT_EQ(log.last().open.raw, 0) << "one price waits";
  now_ = test::at(9, 29, 50);
  last(1, "17.35");
  last(1, "17.36");
  EXPECT_NE(log.last().open.raw, 0);
  EXPECT_TRUE(log.last().flags & kStatisticsPartial) << "the deadline took it without that price";
}

TEST_F(InputControl, UnusablePricesSayWhy) {
  traded(0, "-1", 1);
  expect_decision(Decision::refused, DecisionReason::not_positive);
  traded(0, "99999.99", 2);
  expect_decision(Decision::refused, DecisionReason::overflow_code);
  traded(0, "151201", 3);
  expect_decision(Decision::refused, DecisionReason::beyond_bound);
  EXPECT_EQ(count(CoreCounter::price_rejected), 3u);
}

TEST_F(InputControl, AnOverrideOfOneInstrumentsCollarLeavesTheOthers) {
  MarketEvent& width = event(EventKind::price_collar, 0);
  width.instrument = 0;
  width.value[0] = 5000;
  send();
  traded(0, "220", 1);
  EXPECT_EQ(engine_.sums().price(0), test::price("220"));
  traded(1, "25", 1);
  EXPECT_EQ(engine_.sums().price(1), test::price("17.35"));
}

TEST_F(InputControl, NonsenseRulesAreRefused) {
  const auto before = count(CoreCounter::unknown_rejected);
  event(EventKind::price_collar, 0).market = 99;
  send();
  event(EventKind::price_collar, 0).instrument = 99;
  send();
  MarketEvent& width = event(EventKind::price_collar, 0);
  width.market = 0;
  width.value[0] = 10'001;
  send();
  EXPECT_EQ(count(CoreCounter::unknown_rejected), before + 3);
}

}  // namespace
}  // namespace indexcast
