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

  bool published_something() const { return log_.levels.size() != published_; }
  InputDecision last_decision() const { return last_of<InputDecision>(RecordKind::input_decision); }
  void expect_decision(Decision decision, DecisionReason reason) const {
    EXPECT_EQ(last_decision().header.detail, static_cast<std::uint8_t>(decision));
    EXPECT_EQ(last_decision().header.detail2, static_cast<std::uint8_t>(reason));
  }

  std::size_t published_ = 0;
};

TEST_F(InputControl, APriceOutsideWaitsAndMovesNothing) {
  traded(0, "200", 100);
  EXPECT_FALSE(published_something());
  EXPECT_EQ(count(CoreCounter::price_pending), 1u);
  expect_decision(Decision::pending, DecisionReason::outside_collar);
  EXPECT_EQ(last_decision().header.id, 0u);
  EXPECT_EQ(Price{last_decision().value}, test::price("200"));
  EXPECT_EQ(Price{last_decision().reference}, test::price("151.20"));
}

TEST_F(InputControl, AWildPrintIsRefusedByTheNextTruePrice) {
  traded(0, "15.12", 100);
  traded(0, "151.30", 200);
  expect_decision(Decision::refused, DecisionReason::back_inside);
  EXPECT_EQ(Price{last_decision().value}, test::price("15.12"));
  EXPECT_EQ(count(CoreCounter::pending_refused), 1u);
  seconds_pass(20);
  EXPECT_EQ(level(), "1000.4404");  // 227,170,440.768 of 227,070.440768: that of 151.30
}

TEST_F(InputControl, AJumpThatTradesAgainIsTakenAtOnce) {
  traded(0, "200", 100);
  traded(0, "203", 101);
  EXPECT_TRUE(published_something());
  expect_decision(Decision::accepted, DecisionReason::traded_again);
  EXPECT_EQ(log_.last().cause_value, test::price("203").raw);
  EXPECT_EQ(count(CoreCounter::pending_accepted), 1u);
}

TEST_F(InputControl, ARepetitionWithoutVolumeConfirmsNothing) {
  traded(0, "200", 100);
  traded(0, "200", 100);
  EXPECT_FALSE(published_something());
  EXPECT_EQ(count(CoreCounter::price_pending), 2u);
}

TEST_F(InputControl, ASecondWildPrintFarFromTheFirstConfirmsNothing) {
  traded(0, "200", 100);
  traded(0, "204.01", 101);  // more than 2 % away
  EXPECT_FALSE(published_something());
  EXPECT_EQ(Price{last_decision().value}, test::price("204.01"));
}

TEST_F(InputControl, TenSecondsOfALiveFeedWithoutAPriceInsideAccept) {
  traded(0, "200", 100);
  seconds_pass(4);
  traded(0, "210", 100);  // the latest is taken, and the wait goes on from the first
  seconds_pass(5);
  EXPECT_FALSE(published_something());
  seconds_pass(1);
  expect_decision(Decision::accepted, DecisionReason::waited);
  EXPECT_EQ(log_.last().cause(), Cause::price);
  EXPECT_EQ(log_.last().cause_instrument, 0u);
  EXPECT_EQ(log_.last().cause_value, test::price("210").raw);
  EXPECT_EQ(log_.last().receive_time, now_) << "the timer made it believed";
  EXPECT_EQ(engine_.sums().price(0), test::price("210"));
}

TEST_F(InputControl, OnlyTimeInWhichAPriceCouldComeCounts) {
  traded(0, "200", 100);
  seconds_pass(9);
  feed(0, FeedState::recovering);
  seconds_pass(30);
  feed(0, FeedState::live);
  EXPECT_EQ(engine_.sums().price(0), test::price("151.20"));
  seconds_pass(1);
  EXPECT_EQ(engine_.sums().price(0), test::price("200"));
}

// A true jump can be late by seconds, never stuck.
TEST_F(InputControl, AFeedThatBlinksDelaysAPriceAndCannotKeepItOut) {
  traded(0, "200", 100);
  for (int i = 0; i < 4; ++i) {
    seconds_pass(2);
    feed(0, FeedState::gap);
    seconds_pass(5);
    feed(0, FeedState::live);
    EXPECT_EQ(engine_.sums().price(0), test::price("151.20"));
  }
  seconds_pass(1);
  EXPECT_EQ(engine_.sums().price(0), test::price("151.20")) << "nine seconds of a live feed";
  seconds_pass(1);
  EXPECT_EQ(engine_.sums().price(0), test::price("200"));
  expect_decision(Decision::accepted, DecisionReason::waited);
}

TEST_F(InputControl, LunchConfirmsNothing) {
  traded(0, "200", 100);
  phase(0, MarketPhase::scheduled);
  seconds_pass(30);
  EXPECT_EQ(engine_.sums().price(0), test::price("151.20"));
  phase(0, MarketPhase::trading);
  seconds_pass(10);
  EXPECT_EQ(engine_.sums().price(0), test::price("200"));
}

TEST_F(InputControl, TheNextCollarStandsAroundWhatWasTaken) {
  traded(0, "200", 100);
  traded(0, "200", 101);
  traded(0, "160", 102);
  EXPECT_EQ(engine_.sums().price(0), test::price("160"));
}

TEST_F(InputControl, TheExchangesLimitsTakeTheCollarsPlace) {
  limits(0, "100", "200");
  traded(0, "199", 100);
  EXPECT_EQ(engine_.sums().price(0), test::price("199"));
  traded(0, "201", 101);
  EXPECT_EQ(engine_.sums().price(0), test::price("199"));
  expect_decision(Decision::pending, DecisionReason::outside_limits);
}

TEST_F(InputControl, AFirstListingDayHasNoCollar) {
  limits(0, "0", "0", LimitsKind::unlimited);
  traded(0, "600", 100);
  EXPECT_EQ(engine_.sums().price(0), test::price("600"));
}

TEST_F(InputControl, TheDayStartsAroundTheDefinitionsReferenceWhateverTheExchangeSays) {
  price(1, PriceKind::previous_close, "12");  // 25 % below 17.35 is 13.01
  EXPECT_EQ(count(CoreCounter::price_superseded), 1u) << "of a day that has traded";
  Engine fresh(universe_, settings(), log_, counters_);
  MarketEvent& width = event(EventKind::price_collar, 0);
  width.market = 1;
  width.value[0] = 2500;
  fresh.apply(event_, 1);
  MarketEvent& previous =
      event(EventKind::price, static_cast<std::uint8_t>(PriceKind::previous_close));
  previous.instrument = 1;
  previous.value[0] = test::price("12").raw;
  fresh.apply(event_, 2);
  EXPECT_EQ(fresh.sums().price(1), test::price("12")) << "used as the price";
  event_.detail = static_cast<std::uint8_t>(PriceKind::last);
  fresh.apply(event_, 3);
  EXPECT_EQ(count(CoreCounter::price_pending), 1u) << "ours is kept for the collar";
}

TEST_F(InputControl, AnOfficialCloseOutsideWaitsLikeAnyOther) {
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "15.12");
  price(1, PriceKind::close, "17.35");
  price(2, PriceKind::close, "5.91");
  EXPECT_NE(log_.last().status(), IndexStatus::closed);
  seconds_pass(10);
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
  EXPECT_EQ(engine_.sums().price(0), test::price("15.12"));
}

TEST_F(InputControl, WhatWaitsWhenItsMarketIsOverIsNotTakenByTime) {
  traded(0, "200", 100);
  phase(0, MarketPhase::closed);
  seconds_pass(30);
  EXPECT_EQ(engine_.sums().price(0), test::price("151.20"));
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
