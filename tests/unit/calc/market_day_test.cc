// Markets that are shut, called off, half open, or never say that they closed (METHODOLOGY 5).
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::at;

class MarketDayTest : public test::EngineFixture {
 protected:
  using EngineFixture::EngineFixture;

  void all_end() {
    ends(0, at(15, 0));
    ends(1, at(15, 0));
    ends(2, at(16, 10));
  }
  PhaseCause last_cause() const {
    return static_cast<PhaseCause>(last_market_change().header.detail2);
  }
};

TEST_F(MarketDayTest, HongKongHolidayIsOpenWithoutIt) {
  feed(2, FeedState::connecting);
  phase(2, MarketPhase::shut_today);
  phase(0, MarketPhase::trading);
  phase(1, MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.last().open, Level{});
  price(1, PriceKind::last, "17.36");
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  EXPECT_EQ(log_.last().flags, kPartialMarket) << "its feed is not waited for";
  EXPECT_NE(log_.last().open, Level{}) << "its members are not waited for";
}

TEST_F(MarketDayTest, MainlandHolidayIsOpenAndPartial) {
  phase(0, MarketPhase::shut_today);
  phase(1, MarketPhase::shut_today);
  phase(2, MarketPhase::trading);
  price(2, PriceKind::last, "5.92");
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  EXPECT_EQ(log_.last().flags, kPartialMarket);
  EXPECT_NE(log_.last().open, Level{});
}

TEST_F(MarketDayTest, TyphoonIsIndicativeUntilTheDayIsCalledOff) {
  all_end();
  phase(0, MarketPhase::trading);
  phase(1, MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.last().status(), IndexStatus::indicative);
  phase(2, MarketPhase::shut_today);
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  EXPECT_EQ(log_.last().flags, kPartialMarket);
}

TEST_F(MarketDayTest, AMarketThatNeverOpenedIsShutAtItsTimetablesEnd) {
  ends(2, at(12, 10));
  phase(0, MarketPhase::trading);
  phase(1, MarketPhase::trading);
  time_is(at(12, 9, 59));
  EXPECT_EQ(engine_.phase(2), MarketPhase::pre_open);
  time_is(at(12, 10));
  EXPECT_EQ(engine_.phase(2), MarketPhase::shut_today);
  EXPECT_EQ(last_cause(), PhaseCause::never_opened);
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
}

TEST_F(MarketDayTest, HalfDayIsABreakWhileTheMainlandLunches) {
  ends(2, at(12, 10));
  phases(MarketPhase::trading);
  all_trade();
  now_ = at(11, 30);
  phase(0, MarketPhase::scheduled);
  phase(1, MarketPhase::scheduled);
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  now_ = at(12, 10);
  phase(2, MarketPhase::closing);
  EXPECT_EQ(log_.last().status(), IndexStatus::scheduled_break);
  price(2, PriceKind::close, "5.91");
  now_ = at(13, 0);
  phase(0, MarketPhase::trading);
  phase(1, MarketPhase::trading);
  EXPECT_EQ(engine_.phase(2), MarketPhase::closed);
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  EXPECT_EQ(log_.last().flags, 0u);
}

TEST_F(MarketDayTest, AMarketThatNeverSaidItClosedIsCarriedForwardAtTheDeadline) {
  all_end();
  phases(MarketPhase::trading);
  all_trade();
  time_is(at(15, 19, 59));
  EXPECT_EQ(engine_.phase(0), MarketPhase::trading);
  EXPECT_EQ(log_.last().flags, 0u);
  time_is(at(15, 20));
  EXPECT_EQ(engine_.phase(0), MarketPhase::closed);
  EXPECT_EQ(engine_.phase(1), MarketPhase::closed);
  EXPECT_EQ(engine_.phase(2), MarketPhase::trading);
  EXPECT_EQ(last_cause(), PhaseCause::never_closed);
  EXPECT_EQ(log_.last().flags, kCarriedForward);
  EXPECT_EQ(count(CoreCounter::close_missing), 2u);
}

TEST_F(MarketDayTest, AClosingMarketIsCarriedForwardAtItsOwnDeadline) {
  all_end();
  phases(MarketPhase::trading);
  all_trade();
  time_is(at(15, 5));
  phase(0, MarketPhase::closing);
  time_is(at(15, 24));
  EXPECT_EQ(engine_.phase(0), MarketPhase::closing) << "the deadline runs from its end";
  time_is(at(15, 25));
  EXPECT_EQ(engine_.phase(0), MarketPhase::closed);
  EXPECT_EQ(last_cause(), PhaseCause::close_deadline);
  EXPECT_TRUE(log_.last().flags & kCarriedForward);
}

TEST_F(MarketDayTest, AMarketWithAllItsClosesCarriesNothing) {
  all_end();
  close_at("152.20");
  EXPECT_EQ(last_cause(), PhaseCause::closes_complete);
  time_is(at(18, 0));
  EXPECT_EQ(log_.last().flags, 0u);
  EXPECT_EQ(count(CoreCounter::close_missing), 0u);
}

TEST_F(MarketDayTest, AVenueThatTradesOnADayMarkedShutIsRight) {
  phase(2, MarketPhase::shut_today);
  const auto published = log_.levels.size();
  phase(2, MarketPhase::pre_open);
  EXPECT_EQ(engine_.phase(2), MarketPhase::shut_today) << "a test session shows nothing";
  EXPECT_EQ(log_.levels.size(), published);
  phase(2, MarketPhase::trading);
  EXPECT_EQ(engine_.phase(2), MarketPhase::trading);
  EXPECT_EQ(last_cause(), PhaseCause::against_calendar);
  EXPECT_EQ(count(CoreCounter::calendar_contradicted), 1u);
  phase(0, MarketPhase::trading);
  phase(1, MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  price(1, PriceKind::last, "17.36");
  EXPECT_EQ(log_.last().open, Level{}) << "its members are waited for again";
  price(2, PriceKind::last, "5.92");
  EXPECT_NE(log_.last().open, Level{});
}

TEST_F(MarketDayTest, OneWrongStampEndsNoDay) {
  all_end();
  phases(MarketPhase::trading);
  now_ = at(18, 0);
  price(0, PriceKind::last, "152.20");
  now_ = at(9, 31);
  price(0, PriceKind::last, "152.30");
  EXPECT_EQ(engine_.phase(0), MarketPhase::trading);
  now_ = at(18, 0);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(engine_.phase(0), MarketPhase::trading);
  price(0, PriceKind::last, "152.30");
  EXPECT_EQ(engine_.phase(0), MarketPhase::closed) << "heard twice, it is believed";
}

TEST_F(MarketDayTest, WithoutATimetableNothingEndsByItself) {
  phases(MarketPhase::trading);
  time_is(at(23, 0));
  EXPECT_EQ(engine_.phase(0), MarketPhase::trading);
}

class LateMarketDayTest : public MarketDayTest {
 protected:
  LateMarketDayTest() : MarketDayTest(test::golden_basket(), at(15, 57)) {}
};

TEST_F(LateMarketDayTest, WhoeverBeginsAfterAMarketsEndWaitsForItsClosesToo) {
  all_end();
  EXPECT_EQ(engine_.phase(0), MarketPhase::pre_open) << "it has not said what it is at";
  phase(0, MarketPhase::closing);
  price(0, PriceKind::close, "152.20");
  EXPECT_EQ(engine_.phase(0), MarketPhase::closed);
  phase(1, MarketPhase::trading);
  time_is(at(16, 17));
  EXPECT_EQ(engine_.phase(1), MarketPhase::trading) << "its end is twenty minutes after we began";
  time_is(at(16, 37));
  EXPECT_EQ(engine_.phase(1), MarketPhase::closed);
  EXPECT_EQ(last_cause(), PhaseCause::never_closed);
}

}  // namespace
}  // namespace indexcast
