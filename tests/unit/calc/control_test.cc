// METHODOLOGY 7: operators' requests, each applied or refused as a whole, and said so.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

class Control : public test::EngineFixture {
 protected:
  Control() {
    phases(MarketPhase::trading);
    all_trade();
    price(0, PriceKind::last, "152.20");
  }
  ControlDone done() const { return last_of<ControlDone>(RecordKind::control_done); }
};

TEST_F(Control, AHeldIndexKeepsItsLevel) {
  ASSERT_EQ(ask(ControlOp::hold, 0), ControlOutcome::applied);
  EXPECT_EQ(log_.last().status(), IndexStatus::held);
  EXPECT_EQ(log_.last().cause(), Cause::control);
  EXPECT_FALSE(log_.last().quotable);
  const auto published = log_.levels.size();
  price(0, PriceKind::last, "160");
  fx("0.93");
  phase(0, MarketPhase::scheduled);
  status(0, InstrumentStatus::suspended);
  EXPECT_EQ(log_.levels.size(), published);
  EXPECT_EQ(level(), "1004.4039");
}

TEST_F(Control, AHeldIndexSaysWhenItsFlagsChange) {
  ask(ControlOp::hold, 0);
  const LevelUpdate held = log_.last();
  price(0, PriceKind::last, "160");
  fx("0.93");
  feed(0, FeedState::stale);
  const LevelUpdate stale = log_.last();
  EXPECT_EQ(stale.index_sequence, held.index_sequence + 1);
  EXPECT_EQ(stale.status(), IndexStatus::held);
  EXPECT_EQ(stale.cause(), Cause::feed);
  EXPECT_EQ(stale.flags, kFeedStale);
  EXPECT_FALSE(stale.quotable);
  EXPECT_EQ(stale.level, held.level);
  EXPECT_EQ(stale.high, held.high);
  EXPECT_EQ(stale.fx_rate, held.fx_rate) << "the rate that made the level";
  EXPECT_LT(stale.weight_fresh, held.weight_fresh);
  feed(0, FeedState::recovering);
  EXPECT_EQ(log_.last().flags, kRecovering);
  feed(0, FeedState::live);
  EXPECT_EQ(log_.last().flags, 0u);
  EXPECT_EQ(log_.last().high, held.high) << "statistics follow nothing while held";
  ask(ControlOp::exceptional_rule, 0, 1);
  EXPECT_EQ(log_.last().flags, kExceptionalRule);
  EXPECT_EQ(log_.last().status(), IndexStatus::held);
  ask(ControlOp::release, 0);
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.93"));
}

TEST_F(Control, AReleasedIndexShowsWhatHappenedMeanwhileAndKeptItsSequence) {
  ask(ControlOp::hold, 0);
  const auto sequence = log_.last().index_sequence;
  price(0, PriceKind::last, "160");
  price(0, PriceKind::last, "153.20");
  ASSERT_EQ(ask(ControlOp::release, 0), ControlOutcome::applied);
  EXPECT_EQ(level(), "1008.8078");
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  EXPECT_EQ(log_.last().index_sequence, sequence + 1);
  EXPECT_EQ(format_decimal(log_.last().high.raw, 4), "1008.8078") << "160 was never published";
}

TEST_F(Control, AnIndexHeldOverItsCloseTakesItWhenReleased) {
  ask(ControlOp::hold, 0);
  phases(MarketPhase::closing);
  price(0, PriceKind::close, "153.20");
  price(1, PriceKind::close, "17.35");
  price(2, PriceKind::close, "5.91");
  EXPECT_EQ(log_.last().status(), IndexStatus::held);
  ask(ControlOp::release, 0);
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
  EXPECT_EQ(format_decimal(log_.last().close.raw, 4), "1008.8078");
}

TEST_F(Control, TwoPeopleCannotContradictEachOther) {
  EXPECT_EQ(ask(ControlOp::hold, 0, 0, 0), ControlOutcome::applied);
  EXPECT_EQ(done().version, 1u);
  EXPECT_EQ(ask(ControlOp::release, 0, 0, 0), ControlOutcome::stale_version);
  EXPECT_EQ(done().version, 1u);
  EXPECT_EQ(log_.last().status(), IndexStatus::held);
  EXPECT_EQ(ask(ControlOp::release, 0, 0, 1), ControlOutcome::applied);
  EXPECT_EQ(done().version, 2u);
}

TEST_F(Control, ARequestThatComesTooLateIsRefused) {
  control(ControlOp::hold, 0).exchange_time = now_ + -1;
  send();
  EXPECT_EQ(outcome(), ControlOutcome::expired);
  control(ControlOp::hold, 0).exchange_time = now_;
  send();
  EXPECT_EQ(outcome(), ControlOutcome::applied);
  EXPECT_EQ(log_.last().exchange_time, TimeNs{}) << "an expiry is no exchange's time";
}

// Inputs of different feeds come in an order that is not exactly that of their receive times.
TEST_F(Control, ARequestExpiresByItsOwnReceiveTime) {
  quote(0, "", "");
  MarketEvent& request = control(ControlOp::hold, 0);
  request.exchange_time = request.receive_time = now_ + -1'000;
  send();
  EXPECT_EQ(outcome(), ControlOutcome::applied);
}

TEST_F(Control, AnExpiryFarAheadDoesNotMoveExchangeTime) {
  ends(0, test::at(15, 0));
  for (const ControlOp op : {ControlOp::hold, ControlOp::release}) {
    control(op, 0).exchange_time = test::at(23, 0);
    send();
  }
  quote(0, "", "");
  EXPECT_EQ(engine_.phase(0), MarketPhase::trading);
}

TEST_F(Control, EveryRequestIsAnsweredWithItsId) {
  control(ControlOp::release, 0).feed_sequence = 4711;
  send();
  EXPECT_EQ(done().control_id, 4711u);
  EXPECT_EQ(done().header.detail, static_cast<std::uint8_t>(ControlOp::release));
  EXPECT_EQ(outcome(), ControlOutcome::nothing_to_do);
  EXPECT_EQ(count(CoreCounter::control_refused), 1u);
}

TEST_F(Control, UnknownTargetsAndOperationsAreRefused) {
  EXPECT_EQ(ask(ControlOp::hold, 1), ControlOutcome::unknown_target);
  EXPECT_EQ(ask(ControlOp::override_price, 3, 1), ControlOutcome::unknown_target);
  EXPECT_EQ(ask(ControlOp::override_rate, 0, 1), ControlOutcome::unknown_target);
  EXPECT_EQ(ask(ControlOp::override_rate, 2, 1), ControlOutcome::unknown_target);
  EXPECT_EQ(ask(ControlOp{200}, 0), ControlOutcome::unknown_target);
}

TEST_F(Control, AnOverriddenPriceOutranksTheFeedUntilReleased) {
  ASSERT_EQ(ask(ControlOp::override_price, 0, test::price("153.20").raw), ControlOutcome::applied);
  EXPECT_EQ(level(), "1008.8078");
  EXPECT_TRUE(log_.last().flags & kOverrideInForce);
  EXPECT_EQ(log_.last().cause_instrument, 0u);
  const auto shown = last_of<PriceApplied>(RecordKind::price_applied);
  EXPECT_EQ(shown.header.detail, static_cast<std::uint8_t>(PriceKind::overridden));
  price(0, PriceKind::last, "150.20");
  EXPECT_EQ(level(), "1008.8078");
  ASSERT_EQ(ask(ControlOp::release_price, 0), ControlOutcome::applied);
  EXPECT_EQ(level(), "995.5961") << "the feed's last usable price";
  EXPECT_FALSE(log_.last().flags & kOverrideInForce);
  EXPECT_EQ(engine_.sums().sum(0), engine_.sums().recompute(0));
}

TEST_F(Control, AnOverrideEndsAtTheClose) {
  ask(ControlOp::override_price, 0, test::price("153.20").raw);
  phase(0, MarketPhase::closing);
  EXPECT_EQ(level(), "1004.4039");
  EXPECT_FALSE(log_.last().flags & kOverrideInForce);
  EXPECT_EQ(ask(ControlOp::override_price, 0, test::price("153.20").raw),
            ControlOutcome::nothing_to_do)
      << "it would end at once";
  phase(0, MarketPhase::closed);
  EXPECT_EQ(ask(ControlOp::override_price, 0, test::price("153.20").raw),
            ControlOutcome::nothing_to_do);
}

TEST_F(Control, AllOverridesOfAMarketEndInOneLevel) {
  Universe universe({test::index("TWO", {test::member("A.SH", 0, "CNY", "10", "1000"),
                                         test::member("B.SH", 0, "CNY", "10", "1000")})});
  test::RecordLog log;
  Engine engine(universe, settings(), log, counters_);
  engine.start();
  event(EventKind::market_phase, static_cast<std::uint8_t>(MarketPhase::trading)).market = 0;
  engine.apply(event_, 1);
  for (InstrumentId id : {0u, 1u}) {
    control(ControlOp::override_price, id, test::price("12").raw);
    engine.apply(event_, 2 + id);
  }
  const auto published = log.levels.size();
  event(EventKind::market_phase, static_cast<std::uint8_t>(MarketPhase::closing)).market = 0;
  engine.apply(event_, 4);
  EXPECT_EQ(log.levels.size(), published + 1);
  EXPECT_EQ(format_decimal(log.last().level.raw, 4), "1000.0000");
  EXPECT_FALSE(log.last().flags & kOverrideInForce);
}

TEST_F(Control, AnOverrideThatCouldNotBeAPriceIsRefused) {
  EXPECT_EQ(ask(ControlOp::override_price, 0, 0), ControlOutcome::bad_value);
  EXPECT_EQ(ask(ControlOp::override_price, 0, test::price("151201").raw),
            ControlOutcome::bad_value);
  EXPECT_EQ(ask(ControlOp::override_rate, 1, 0), ControlOutcome::bad_value);
}

TEST_F(Control, APendingPriceIsTakenOrRefusedByAnOperator) {
  collar(0, 25);
  EXPECT_EQ(ask(ControlOp::accept_price, 0), ControlOutcome::nothing_to_do);
  traded(0, "300", 1);
  EXPECT_EQ(force(ControlOp::accept_price, 0), ControlOutcome::applied);
  EXPECT_EQ(engine_.sums().price(0), test::price("300"));
  traded(0, "30", 2);
  EXPECT_EQ(force(ControlOp::refuse_price, 0), ControlOutcome::applied);
  seconds_pass(20);
  EXPECT_EQ(engine_.sums().price(0), test::price("300"));
}

TEST_F(Control, AConfirmedReferenceEndsTheAlarm) {
  EXPECT_EQ(ask(ControlOp::confirm_reference, 1), ControlOutcome::nothing_to_do);
  Engine fresh(universe_, settings(), log_, counters_);
  MarketEvent& previous =
      event(EventKind::price, static_cast<std::uint8_t>(PriceKind::previous_close));
  previous.instrument = 1;
  previous.value[0] = test::price("17.40").raw;
  fresh.apply(event_, 1);
  EXPECT_TRUE(log_.last().flags & kReferenceMismatch);
  control(ControlOp::confirm_reference, 1);
  fresh.apply(event_, 2);
  EXPECT_FALSE(log_.last().flags & kReferenceMismatch);
}

TEST_F(Control, AnExceptionalRuleIsFlaggedAndUnflagged) {
  EXPECT_EQ(ask(ControlOp::exceptional_rule, 0, 1), ControlOutcome::applied);
  EXPECT_TRUE(log_.last().flags & kExceptionalRule);
  EXPECT_FALSE(log_.last().quotable);
  EXPECT_EQ(ask(ControlOp::exceptional_rule, 0, 1), ControlOutcome::nothing_to_do);
  EXPECT_EQ(ask(ControlOp::exceptional_rule, 0, 2), ControlOutcome::bad_value);
  EXPECT_EQ(ask(ControlOp::exceptional_rule, 0, 0), ControlOutcome::applied);
  EXPECT_FALSE(log_.last().flags & kExceptionalRule);
}

TEST_F(Control, ACorrectionStandsBesideWhatWasPublished) {
  close_at("152.20");
  const auto close = log_.last().close;
  const auto last = static_cast<std::int64_t>(log_.last().index_sequence);
  MarketEvent& e = control(ControlOp::correct_close, 0, 10'040'000);
  e.value[1] = last;
  e.value[2] = last;
  send();
  ASSERT_EQ(outcome(), ControlOutcome::applied);
  const auto correction = last_of<Correction>(RecordKind::correction);
  EXPECT_EQ(correction.published, close);
  EXPECT_EQ(correction.corrected, Level{10'040'000});
  EXPECT_EQ(correction.from_sequence, static_cast<std::uint64_t>(last));
  EXPECT_EQ(log_.last().close, close) << "never rewritten";
}

TEST_F(Control, ACorrectionOfLevelsThatWereNeverPublishedIsRefused) {
  const auto last = static_cast<std::int64_t>(log_.last().index_sequence);
  for (const auto& [from, to] : {std::pair{last + 1, last + 1}, std::pair{last, last - 1},
                                 std::pair<std::int64_t, std::int64_t>{0, last}}) {
    MarketEvent& e = control(ControlOp::correct_close, 0, 10'040'000);
    e.value[1] = from;
    e.value[2] = to;
    send();
    EXPECT_EQ(outcome(), ControlOutcome::bad_value);
  }
}

}  // namespace
}  // namespace indexcast
