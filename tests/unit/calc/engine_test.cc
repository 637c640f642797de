#include "calc/engine.h"

#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using test::at;
using EngineTest = test::EngineFixture;

TEST_F(EngineTest, StartsAtThePreviousCloseBeforeAnyInput) {
  EXPECT_EQ(log_.levels.front().level, Level{10'000'000});
  EXPECT_EQ(log_.levels.front().cause(), Cause::start);
  EXPECT_EQ(log_.levels.front().index_sequence, 1u);
  EXPECT_EQ(log_.levels.front().flags, kFeedStale);
}

TEST_F(EngineTest, APriceMovesTheLevelExactly) {
  price(0, PriceKind::last, "152.20");
  // (227,070,440.768 + 1,000,000) / 227,070.440768 = 1004.40392...
  EXPECT_EQ(level(), "1004.4039");
  EXPECT_EQ(log_.last().cause(), Cause::price);
  EXPECT_EQ(log_.last().cause_instrument, 0u);
}

TEST_F(EngineTest, APriceAppliedRecordPrecedesItsLevels) {
  price(0, PriceKind::last, "152.20", 77);
  const auto record = log_.records.back().as<PriceApplied>();
  EXPECT_EQ(record.header.kind, RecordKind::price_applied);
  EXPECT_EQ(record.price, test::price("152.20"));
  EXPECT_EQ(record.header.input_sequence, log_.last().header.input_sequence);
}

TEST_F(EngineTest, AnUnchangedPricePublishesNothing) {
  price(0, PriceKind::last, "152.20");
  const auto published = log_.levels.size();
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.levels.size(), published);
  EXPECT_EQ(count(CoreCounter::price_unchanged), 1u);
}

TEST_F(EngineTest, UnusablePricesAreCountedAndHoldTheLast) {
  const auto published = log_.levels.size();
  price(0, PriceKind::last, "0");
  price(0, PriceKind::last, "-1");
  price(0, PriceKind::last, "151201");  // more than 1000 x 151.20
  EXPECT_EQ(count(CoreCounter::price_rejected), 3u);
  EXPECT_EQ(log_.levels.size(), published);
}

TEST_F(EngineTest, ThePriceLadderHolds) {
  price(0, PriceKind::last, "152.20");
  price(0, PriceKind::previous_close, "151.20");
  EXPECT_EQ(level(), "1004.4039");
  price(0, PriceKind::close, "153.20");
  price(0, PriceKind::last, "150.00");
  EXPECT_EQ(level(), "1008.8078");
  EXPECT_EQ(count(CoreCounter::price_superseded), 2u);
}

TEST_F(EngineTest, ADifferentPreviousCloseIsUsedAndFlagged) {
  price(0, PriceKind::previous_close, "152.20");
  EXPECT_EQ(level(), "1004.4039");
  EXPECT_TRUE(log_.last().flags & kReferenceMismatch);
}

TEST_F(EngineTest, FxTouchesOnlyItsLegAndPublishesOnlyWhileOpen) {
  const auto published = log_.levels.size();
  fx("0.93000");
  EXPECT_EQ(log_.levels.size(), published);
  phases(MarketPhase::trading);
  fx("0.93233");
  // 5.91 x 4,608,000 x 0.93233 + 151,200,000 + 50,731,400, over the divisor.
  EXPECT_EQ(level(), "1001.1070");
  EXPECT_EQ(log_.last().cause(), Cause::fx);
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.93233"));
  EXPECT_EQ(engine_.sums().sum(0), engine_.sums().recompute(0));
}

TEST_F(EngineTest, ARateThatMadeNoLevelIsInTheNextOne) {
  fx("0.93233");  // before the open: no level of its own
  phase(0, MarketPhase::trading);
  EXPECT_EQ(log_.last().cause(), Cause::market);
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.93233"));
  EXPECT_EQ(level(), "1001.1070");
}

TEST_F(EngineTest, AMismatchStandsThoughTheExchangeSaysOurReferenceLater) {
  price(0, PriceKind::previous_close, "152.20");
  price(0, PriceKind::previous_close, "151.20");
  EXPECT_TRUE(log_.last().flags & kReferenceMismatch);
}

TEST_F(EngineTest, APreviousCloseIsComparedAfterATradeToo) {
  price(0, PriceKind::last, "152.20");
  price(0, PriceKind::previous_close, "151.30");
  EXPECT_EQ(level(), "1004.4039");
  EXPECT_TRUE(log_.last().flags & kReferenceMismatch);
  EXPECT_EQ(count(CoreCounter::price_superseded), 1u);
}

TEST_F(EngineTest, ACancelledTradeTakesItsTurnoverBack) {
  price(0, PriceKind::last, "152.20", 5'000);
  price(0, PriceKind::last, "152.30", 3'000);
  EXPECT_EQ(log_.last().turnover, 3'000);
  price(0, PriceKind::last, "152.40", 0);
  EXPECT_EQ(log_.last().turnover, 3'000) << "a message without it changes nothing";
}

TEST_F(EngineTest, OpenWaitsForEveryMemberAndHighLowFollow) {
  phases(MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  price(1, PriceKind::last, "17.35");
  EXPECT_EQ(log_.last().open, Level{});
  price(2, PriceKind::last, "5.91");
  EXPECT_EQ(format_decimal(log_.last().open.raw, 4), "1004.4039");
  price(0, PriceKind::last, "150.20");
  price(0, PriceKind::last, "153.20");
  EXPECT_EQ(format_decimal(log_.last().low.raw, 4), "995.5961");
  EXPECT_EQ(format_decimal(log_.last().high.raw, 4), "1008.8078");
}

TEST_F(EngineTest, OpenIsTakenAtTheDeadlineThoughAMemberIsSilent) {
  now_ = at(9, 25);
  phase(0, MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.last().open, Level{});
  now_ = at(9, 29, 50);
  price(0, PriceKind::last, "152.30");
  EXPECT_EQ(format_decimal(log_.last().open.raw, 4), "1004.4039") << "before what passed it";
  const LevelUpdate& opening = log_.levels[log_.levels.size() - 2];
  EXPECT_EQ(opening.cause(), Cause::timer);
  EXPECT_EQ(opening.cause_feed, kNoFeed) << "whoever brought the input after it";
  EXPECT_EQ(opening.level, opening.open);
  EXPECT_EQ(opening.cause_instrument, kNoInstrument);
}

TEST_F(EngineTest, ASuspendedMemberHoldsNeitherOpenNorClose) {
  status(2, InstrumentStatus::suspended);
  phases(MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  price(1, PriceKind::last, "17.36");
  EXPECT_NE(log_.last().open, Level{});
  EXPECT_EQ(log_.last().weight_suspended, 1107);  // 25,139,040.768 of 227,070,440.768
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "152.20");
  price(1, PriceKind::close, "17.36");
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
}

TEST_F(EngineTest, CloseComesWithTheLastOfficialClose) {
  phases(MarketPhase::trading);
  all_trade();
  now_ = at(15, 0);
  phases(MarketPhase::closing);
  EXPECT_EQ(log_.last().status(), IndexStatus::preliminary_close);
  price(0, PriceKind::close, "152.20");
  price(1, PriceKind::close, "17.35");
  EXPECT_EQ(log_.last().close, Level{});
  price(2, PriceKind::close, "5.91");
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
  EXPECT_EQ(format_decimal(log_.last().close.raw, 4), "1004.4039");
}

TEST_F(EngineTest, ACloseThatNeverComesEndsAtTheDeadline) {
  phases(MarketPhase::trading);
  all_trade();
  now_ = at(15, 0);
  phases(MarketPhase::closing);
  now_ = at(15, 20);
  price(0, PriceKind::last, "151.30");
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
}

TEST_F(EngineTest, AVenueThatRepeatsItsEndDoesNotReopenTheClose) {
  phases(MarketPhase::closing);
  for (InstrumentId id = 0; id < 3; ++id)
    price(id, PriceKind::close, id == 0 ? "151.20" : id == 1 ? "17.35" : "5.91");
  const auto published = log_.levels.size();
  phases(MarketPhase::closing);
  EXPECT_EQ(log_.levels.size(), published);
}

TEST_F(EngineTest, AFeedInGapIsSaidSoAndRecovers) {
  phases(MarketPhase::trading);
  all_trade();
  EXPECT_TRUE(log_.last().quotable);
  feed(2, FeedState::gap);
  EXPECT_EQ(log_.last().flags, kRecovering);
  EXPECT_FALSE(log_.last().quotable);
  EXPECT_EQ(log_.last().weight_fresh, 8893);
  feed(2, FeedState::live);
  EXPECT_EQ(log_.last().flags, 0u);
  EXPECT_EQ(log_.last().weight_fresh, 10000);
}

TEST_F(EngineTest, FxFreezesAtTheClose) {
  close_at("152.20");
  const auto published = log_.levels.size();
  const Int128 sum = engine_.sums().sum(0);
  fx("0.93000");
  EXPECT_EQ(log_.levels.size(), published);
  EXPECT_EQ(engine_.sums().sum(0), sum);
}

TEST_F(EngineTest, HighAndLowDoNotFollowWhileAFeedRecovers) {
  phases(MarketPhase::trading);
  all_trade();
  feed(2, FeedState::recovering);
  price(0, PriceKind::last, "160.00");
  EXPECT_EQ(log_.last().high, log_.last().open);
  feed(2, FeedState::live);
  EXPECT_EQ(log_.last().high, log_.last().level);
}

TEST_F(EngineTest, AFeedThatGoesDownAfterItsMarketIsOverIsNoFault) {
  close_at("152.20");
  feed(0, FeedState::down);
  EXPECT_EQ(log_.last().flags, 0u);
}

TEST_F(EngineTest, ALevelWithTooLittleLiveWeightIsNotQuotable) {
  phases(MarketPhase::trading);
  all_trade();
  EXPECT_TRUE(log_.last().quotable);
  status(1, InstrumentStatus::halted);  // 22 % of the weight
  EXPECT_EQ(log_.last().weight_live, 7766);
  EXPECT_FALSE(log_.last().quotable);
}

class HalfTest : public test::EngineFixture {
 protected:
  HalfTest()
      : EngineFixture(test::index("H", {test::member("A.SH", 0, "CNY", "10", "20000"),
                                        test::member("B.SH", 0, "CNY", "10", "20001"),
                                        test::member("C.SH", 0, "CNY", "10", "25624"),
                                        test::member("D.SZ", 1, "CNY", "10", "34375")})) {}
};

TEST_F(HalfTest, HalfABasisPointOfWeightIsRoundedUp) {
  for (InstrumentId id = 0; id < 3; ++id) price(id, PriceKind::last, "10.01");
  EXPECT_EQ(log_.last().weight_fresh, 6563);
  EXPECT_EQ(log_.last().weight_opened, 6563);
}

TEST_F(EngineTest, ASuspendedMemberThatIsHeardIsNotCountedTwice) {
  status(2, InstrumentStatus::suspended);
  phases(MarketPhase::trading);
  price(2, PriceKind::previous_close, "5.91");
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.last().open, Level{});
  price(1, PriceKind::last, "17.36");
  EXPECT_NE(log_.last().open, Level{});
}

TEST_F(EngineTest, AMemberSuspendedAfterItWasHeardIsNotCountedTwice) {
  phases(MarketPhase::trading);
  price(2, PriceKind::last, "5.92");
  status(2, InstrumentStatus::suspended);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.last().open, Level{});
  price(1, PriceKind::last, "17.36");
  EXPECT_NE(log_.last().open, Level{});
}

TEST_F(EngineTest, ASuspensionLiftedInTheDayIsWaitedForAgain) {
  status(2, InstrumentStatus::suspended);
  status(2, InstrumentStatus::trading);
  phases(MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  price(1, PriceKind::last, "17.36");
  EXPECT_EQ(log_.last().open, Level{});
  price(2, PriceKind::last, "5.92");
  EXPECT_NE(log_.last().open, Level{});
}

TEST_F(EngineTest, TurnoverIsTheMembersInTheIndexCurrency) {
  price(0, PriceKind::last, "152.20", 1'000'0000);
  price(2, PriceKind::last, "5.92", 2'000'0000);
  EXPECT_EQ(log_.last().turnover, 10'000'000 + 20'000'000LL * 92310 / 100000);
}

TEST_F(EngineTest, LevelsAreNumberedWithoutAHole) {
  phases(MarketPhase::trading);
  for (int i = 0; i < 50; ++i) price(0, PriceKind::last, "15" + std::to_string(i % 9) + ".20");
  for (std::size_t i = 0; i < log_.levels.size(); ++i)
    EXPECT_EQ(log_.levels[i].index_sequence, i + 1);
}

TEST_F(EngineTest, UnknownInputsAreCountedAndHarmless) {
  const auto published = log_.levels.size();
  price(99, PriceKind::last, "1");
  phase(77, MarketPhase::trading);
  event(static_cast<EventKind>(200), 0);
  send();
  event(EventKind::price, 250).instrument = 0;
  send();
  EXPECT_EQ(count(CoreCounter::unknown_rejected), 4u);
  EXPECT_EQ(log_.levels.size(), published);
}

TEST_F(EngineTest, LimitsAreTakenAndMoveNothing) {
  const auto published = log_.levels.size();
  const auto records = log_.records.size();
  const std::uint64_t before = count(CoreCounter::state_applied);
  const auto limits = [&](InstrumentId id, std::int64_t lower, std::int64_t upper) {
    MarketEvent& e = event(EventKind::limits, 0);
    e.instrument = id;
    e.value[0] = lower;
    e.value[1] = upper;
    send();
  };
  limits(1, 15'620'000, 19'090'000);
  limits(1, 0, 19'090'000);
  limits(1, 15'620'000, 0);
  limits(1, 0, 0);
  EXPECT_EQ(count(CoreCounter::state_applied) - before, 4u);
  EXPECT_EQ(count(CoreCounter::unknown_rejected), 0u);
  limits(99, 1, 2);
  limits(1, 2, 1);
  limits(1, -1, 2);
  limits(1, 1, -2);
  EXPECT_EQ(count(CoreCounter::unknown_rejected), 4u);
  EXPECT_EQ(log_.levels.size(), published);
  EXPECT_EQ(log_.records.size(), records);
}

}  // namespace
}  // namespace indexcast
