// Open, high and low of a core, or of one feed, that begins after the opening (METHODOLOGY 5).
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::at;

class MidSessionTest : public test::EngineFixture {
 protected:
  explicit MidSessionTest(TimeNs begin) : EngineFixture(test::golden_basket(), begin) {}

  void expect_statistics_unknown() const {
    EXPECT_EQ(log_.last().flags & kStatisticsPartial, kStatisticsPartial);
    EXPECT_EQ(log_.last().open, Level{});
    EXPECT_EQ(log_.last().high, Level{});
    EXPECT_EQ(log_.last().low, Level{});
  }
};

class ColdStartAtTen : public MidSessionTest {
 protected:
  ColdStartAtTen() : MidSessionTest(at(10, 0)) {}
};

TEST_F(ColdStartAtTen, OpenHighAndLowAreEmptyAllDayAndTheFlagSaysSo) {
  phases(MarketPhase::trading);
  all_trade();
  price(0, PriceKind::last, "152.20");
  expect_statistics_unknown();
  now_ = at(15, 0);
  price(0, PriceKind::last, "150.20");
  expect_statistics_unknown();
  for (const LevelUpdate& level : log_.levels) EXPECT_EQ(level.open, Level{});
}

TEST_F(ColdStartAtTen, TheFlagDoesNotEndQuotable) {
  phases(MarketPhase::trading);
  all_trade();
  EXPECT_EQ(log_.last().flags, kStatisticsPartial);
  EXPECT_TRUE(log_.last().quotable);
  feed(2, FeedState::gap);
  EXPECT_FALSE(log_.last().quotable) << "the others still do";
}

TEST_F(ColdStartAtTen, TheFlagIsInTheStatusRecordAndComesOnce) {
  phases(MarketPhase::trading);
  all_trade();
  unsigned changes = 0;
  for (const Record& record : log_.records) {
    if (record.kind() != RecordKind::status_changed) continue;
    const auto change = record.as<StatusChanged>();
    changes += (change.flags ^ change.previous_flags) >> 10 & 1u;
  }
  EXPECT_EQ(changes, 1u);
}

TEST_F(ColdStartAtTen, AMarketThatHasNotOpenedYetMissedItsDeadlineToo) {
  // A typhoon morning: the index took its open at the deadline, before this core started.
  phases(MarketPhase::pre_open);
  all_trade();
  expect_statistics_unknown();
  phases(MarketPhase::trading);
  expect_statistics_unknown();
}

TEST_F(ColdStartAtTen, HongKongTradesWhileTheMainlandIsShut) {
  phase(0, MarketPhase::shut_today);
  phase(1, MarketPhase::shut_today);
  phase(2, MarketPhase::trading);
  price(2, PriceKind::last, "5.92");
  expect_statistics_unknown();
  EXPECT_EQ(log_.last().flags, kStatisticsPartial | kPartialMarket);
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
}

TEST_F(ColdStartAtTen, AHeldIndexCarriesTheFlagAndOpensAtNoRelease) {
  ASSERT_EQ(ask(ControlOp::hold, 0), ControlOutcome::applied);
  phases(MarketPhase::trading);
  all_trade();
  expect_statistics_unknown();
  ASSERT_EQ(ask(ControlOp::release, 0), ControlOutcome::applied);
  expect_statistics_unknown();
}

class ColdStartAtLunch : public MidSessionTest {
 protected:
  ColdStartAtLunch() : MidSessionTest(at(12, 15)) {}
};

TEST_F(ColdStartAtLunch, NeitherTheBreakNorTheAfternoonBringsAnOpen) {
  phases(MarketPhase::scheduled);
  all_trade();
  expect_statistics_unknown();
  now_ = at(13, 0);
  phases(MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  expect_statistics_unknown();
}

class ColdStartAfterTheClose : public MidSessionTest {
 protected:
  ColdStartAfterTheClose() : MidSessionTest(at(16, 30)) {}
};

TEST_F(ColdStartAfterTheClose, OnlyTheCloseIsKnown) {
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "152.20");
  price(1, PriceKind::close, "17.35");
  price(2, PriceKind::close, "5.91");
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
  expect_statistics_unknown();
  EXPECT_EQ(format_decimal(log_.last().close.raw, 4), "1004.4039");
}

// 09:26: the auction prices are known, but not the level at which the index opened, because rates
// moved.
class StartBeforeTheDeadline : public MidSessionTest {
 protected:
  StartBeforeTheDeadline() : MidSessionTest(at(9, 26)) {}
};

TEST_F(StartBeforeTheDeadline, AnAuctionThatIsOverWasNotSeen) {
  phase(0, MarketPhase::scheduled);
  phase(1, MarketPhase::scheduled);
  phase(2, MarketPhase::trading);
  all_trade();
  expect_statistics_unknown();
}

TEST_F(StartBeforeTheDeadline, AnIndexOfWhichNoMarketWasHeardHasNoOpenAtTheDeadline) {
  time_is(at(9, 29, 50));
  expect_statistics_unknown();
}

class StartBeforeTheOpening : public MidSessionTest {
 protected:
  StartBeforeTheOpening() : MidSessionTest(at(9, 14)) {}
};

TEST_F(StartBeforeTheOpening, NothingIsMissed) {
  phases(MarketPhase::trading);
  all_trade();
  EXPECT_EQ(log_.last().flags, 0u);
  EXPECT_NE(log_.last().open, Level{});
}

TEST_F(StartBeforeTheOpening,
       AMarketThatTradesAgainstTheCalendarAfterItsOpeningSessionIsNotMissed) {
  phase(2, MarketPhase::shut_today);
  phase(0, MarketPhase::trading);
  phase(1, MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  price(1, PriceKind::last, "17.35");
  const Level open = log_.last().open;
  ASSERT_NE(open, Level{});
  phase(2, MarketPhase::trading);
  EXPECT_EQ(log_.last().flags & kStatisticsPartial, 0u) << "it had reported its opening session";
  EXPECT_EQ(log_.last().open, open);
}

// The core runs from the morning on; Hong Kong's feed connects at 11:00.
class AbsentFeedTest : public test::EngineFixture {
 protected:
  AbsentFeedTest() : EngineFixture(test::golden_basket(), at(9, 24)) {
    phase(0, MarketPhase::pre_open);
    phase(1, MarketPhase::pre_open);
    feed(2, FeedState::connecting);
    now_ = at(9, 25);
    phase(0, MarketPhase::trading);
    phase(1, MarketPhase::trading);
    price(0, PriceKind::last, "152.20");
    price(1, PriceKind::last, "17.35");
  }
};

TEST_F(AbsentFeedTest, TheOpenIsTakenAtTheDeadlineUnderTheFlag) {
  EXPECT_EQ(log_.last().open, Level{});
  EXPECT_EQ(log_.last().flags, kFeedStale);
  time_is(at(9, 29, 50));
  EXPECT_EQ(format_decimal(log_.last().open.raw, 4), "1004.4039");
  EXPECT_EQ(log_.last().flags, kFeedStale | kStatisticsPartial);
}

TEST_F(AbsentFeedTest, TheOpenStandsUnderTheFlagOnceTheFeedIsThere) {
  time_is(at(9, 29, 50));
  const Level open = log_.last().open;
  now_ = at(11, 0);
  feed(2, FeedState::live);
  phase(2, MarketPhase::trading);
  price(2, PriceKind::last, "5.92");
  EXPECT_EQ(log_.last().open, open);
  EXPECT_EQ(log_.last().high, log_.last().level);
  EXPECT_EQ(log_.last().flags, kStatisticsPartial);
  EXPECT_TRUE(log_.last().quotable);
}

TEST_F(AbsentFeedTest, AFeedThatIsLiveAndHasNoPriceOfAMemberIsNotAbsent) {
  feed(2, FeedState::live);
  phase(2, MarketPhase::pre_open);
  time_is(at(9, 29, 50));
  EXPECT_NE(log_.last().open, Level{});
  EXPECT_EQ(log_.last().flags, 0u);
}

}  // namespace
}  // namespace indexcast
