// METHODOLOGY 4, level guard: one price inside its collar that moves a level too far at once.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

// The first member is 151,200,000 of a sum of 227,070,440.768: 1 % of the level is 1.5 % of it.
class LevelGuardTest : public test::EngineFixture {
 protected:
  LevelGuardTest() {
    for (MarketId market = 0; market < 3; ++market) collar(market, 25);
    guard(100);
    phases(MarketPhase::trading);
    all_trade();
  }

  void guard(std::int64_t bp) {
    MarketEvent& rule = event(EventKind::belief_rule, 0);
    rule.value[0] = bp;
    rule.value[1] = 20;
    send();
  }
  bool guarded() const { return log_.last().flags & kLevelGuard; }
  std::string high() const { return format_decimal(log_.last().high.raw, 4); }
  void expect_last(Decision decision, DecisionReason reason) const {
    const auto last = last_of<InputDecision>(RecordKind::input_decision);
    EXPECT_EQ(last.header.detail3, static_cast<std::uint8_t>(DecisionSubject::level_guard));
    EXPECT_EQ(last.header.detail, static_cast<std::uint8_t>(decision));
    EXPECT_EQ(last.header.detail2, static_cast<std::uint8_t>(reason));
  }
};

TEST_F(LevelGuardTest, AJumpIsPublishedAndNotQuotable) {
  seconds_pass(5);
  traded(0, "160", 100);
  EXPECT_TRUE(guarded());
  EXPECT_FALSE(log_.last().quotable);
  EXPECT_EQ(level(), "1038.7545");  // 235,870,440.768 of 227,070.440768
  EXPECT_EQ(high(), "1000.0000");
  expect_last(Decision::pending, DecisionReason::jumped);
  const auto told = last_of<PendingPrice>(RecordKind::pending_price);
  EXPECT_EQ(told.header.detail3, static_cast<std::uint8_t>(DecisionSubject::level_guard));
  EXPECT_EQ(told.price, test::price("160"));
  EXPECT_EQ(told.reference, test::price("151.20"));
  EXPECT_EQ(told.impact, 38'755u);  // 8.80 x 1,000,000 shares: 387.55 bp
}

TEST_F(LevelGuardTest, ARepetitionLiftsItAfterTenSecondsAndItsLevelsCount) {
  seconds_pass(5);
  traded(0, "160", 100);
  seconds_pass(1);
  traded(0, "159", 100);
  seconds_pass(8);
  EXPECT_TRUE(guarded());
  seconds_pass(1);
  EXPECT_FALSE(guarded());
  EXPECT_TRUE(log_.last().quotable);
  EXPECT_EQ(log_.last().cause(), Cause::timer);
  EXPECT_EQ(high(), "1038.7545");
  expect_last(Decision::accepted, DecisionReason::repeated);
}

TEST_F(LevelGuardTest, APriceThatCameBackLeavesHighAndLowAlone) {
  seconds_pass(5);
  traded(0, "160", 100);
  traded(0, "151.30", 101);
  EXPECT_TRUE(guarded());
  seconds_pass(10);
  EXPECT_FALSE(guarded());
  EXPECT_EQ(high(), "1000.4404");  // of 151.30
  expect_last(Decision::refused, DecisionReason::came_back);
  EXPECT_EQ(ask(ControlOp::lift_guard, 0, 1), ControlOutcome::applied);
  EXPECT_EQ(high(), "1038.7545") << "an operator takes them in";
  EXPECT_EQ(ask(ControlOp::lift_guard, 0, 1), ControlOutcome::nothing_to_do);
}

TEST_F(LevelGuardTest, WithoutEitherItEndsAfterAMinute) {
  seconds_pass(5);
  traded(0, "160", 100);
  seconds_pass(59);
  EXPECT_TRUE(guarded());
  seconds_pass(1);
  EXPECT_FALSE(guarded());
  expect_last(Decision::refused, DecisionReason::unrepeated);
}

TEST_F(LevelGuardTest, ARepetitionInTheSameInstantIsNone) {
  seconds_pass(5);
  for (int i = 0; i < 5; ++i) traded(0, "160", 100 + i);
  seconds_pass(30);
  EXPECT_TRUE(guarded());
}

TEST_F(LevelGuardTest, StepsWithinASecondAddUp) {
  seconds_pass(5);
  traded(0, "155", 100);
  traded(0, "158", 101);
  EXPECT_FALSE(guarded());
  traded(0, "159", 102);  // 5.2 %
  EXPECT_TRUE(guarded());
}

TEST_F(LevelGuardTest, TheSameOverThreeSecondsIsTrade) {
  for (const char* price : {"155", "158", "161", "164"}) {
    seconds_pass(2);
    traded(0, price, 100);
  }
  EXPECT_FALSE(guarded());
}

TEST_F(LevelGuardTest, AJumpThatMovesTheLevelLessIsNone) {
  guard(400);
  seconds_pass(5);
  traded(0, "160", 100);
  EXPECT_FALSE(guarded());
}

TEST_F(LevelGuardTest, FivePercentOfThePriceIsTheLeast) {
  seconds_pass(5);
  traded(0, "158.76", 100);  // 5 % exactly, 3.3 % of the level
  EXPECT_FALSE(guarded());
}

TEST_F(LevelGuardTest, TheFirstPriceAfterAnInterruptionIsNotJudged) {
  const auto jumps = [&](const char* price) {
    seconds_pass(5);
    traded(0, price, 100);
    return guarded();
  };
  status(0, InstrumentStatus::halted);
  status(0, InstrumentStatus::trading);
  EXPECT_FALSE(jumps("160"));
  phase(0, MarketPhase::scheduled);
  phase(0, MarketPhase::trading);
  EXPECT_FALSE(jumps("170"));
  feed(0, FeedState::gap);
  feed(0, FeedState::live);
  EXPECT_FALSE(jumps("180"));
  EXPECT_TRUE(jumps("190"));
}

TEST_F(LevelGuardTest, OfficialClosesAndOperatorsAreNotJudged) {
  seconds_pass(5);
  traded(0, "200", 100);
  ask(ControlOp::accept_price, 0);
  EXPECT_EQ(engine_.sums().price(0), test::price("200"));
  EXPECT_FALSE(guarded());
  ask(ControlOp::override_price, 0, test::price("220").raw);
  EXPECT_FALSE(guarded());
  ask(ControlOp::release_price, 0);
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "220");
  EXPECT_FALSE(guarded());
}

// The first of the three that move it decides nothing for the others.
TEST_F(LevelGuardTest, EveryMemberThatJumpedHasToBeBelieved) {
  seconds_pass(5);
  traded(0, "160", 100);
  seconds_pass(5);
  price(1, PriceKind::last, "19");  // 1.65 x 2,924,000 shares: 2.1 %
  seconds_pass(1);
  traded(0, "160", 101);
  seconds_pass(5);
  EXPECT_TRUE(guarded()) << "the second was not repeated";
  price(1, PriceKind::last, "19");
  seconds_pass(10);
  EXPECT_FALSE(guarded());
}

TEST_F(LevelGuardTest, AnOperatorLiftsIt) {
  seconds_pass(5);
  traded(0, "160", 100);
  EXPECT_EQ(ask(ControlOp::lift_guard, 0, 2), ControlOutcome::bad_value);
  EXPECT_EQ(ask(ControlOp::lift_guard, 0, 0), ControlOutcome::applied);
  EXPECT_FALSE(guarded());
  seconds_pass(70);
  EXPECT_FALSE(guarded());
  EXPECT_EQ(ask(ControlOp::lift_guard, 0, 0), ControlOutcome::nothing_to_do);
}

TEST_F(LevelGuardTest, NonsenseRulesAreRefused) {
  const auto before = count(CoreCounter::unknown_rejected);
  guard(-1);
  guard(10'001);
  event(EventKind::belief_rule, 0).instrument = 7;
  send();
  EXPECT_EQ(count(CoreCounter::unknown_rejected), before + 3);
}

}  // namespace
}  // namespace indexcast
