// METHODOLOGY 6 through the engine: modes, sources, staleness, and the guard of METHODOLOGY 4.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "calc/fx_book.h"
#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

constexpr std::int64_t kStaleAfter = 30 * kNsPerSecond;

class Fx : public test::EngineFixture {
 protected:
  Fx() { phases(MarketPhase::trading); }

  void rule(FxMode mode, std::int64_t stale_after_ns = 0, TimeNs frozen_from = {}) {
    MarketEvent& e = event(EventKind::fx_rule, static_cast<std::uint8_t>(mode));
    e.instrument = 1;
    e.value[0] = stale_after_ns;
    e.value[1] = frozen_from.ns;
    send();
  }
  void fx_from(std::uint32_t source, const std::string& text) {
    MarketEvent& e = event(EventKind::fx, 0);
    e.instrument = 1;
    e.channel = source;
    e.value[0] = test::rate(text).raw;
    send();
  }
  // A rate whose own time is `age_s` before it arrives.
  void fx_of_age(std::int64_t age_s, std::uint32_t source, const std::string& text) {
    MarketEvent& e = event(EventKind::fx, 0);
    e.instrument = 1;
    e.channel = source;
    e.value[0] = test::rate(text).raw;
    e.exchange_time = now_ + -age_s * kNsPerSecond;
    send();
  }
  FxRate in_force() const { return engine_.sums().rate(1); }
  bool flagged_stale() const { return log_.last().flags & kFxStale; }
};

TEST_F(Fx, BeyondTwoPercentWaitsForAnOperator) {
  fx("0.94157");
  fx("1.08330");
  EXPECT_EQ(count(CoreCounter::rate_pending), 2u);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  const auto decision = last_of<InputDecision>(RecordKind::input_decision);
  EXPECT_EQ(decision.header.detail2, static_cast<std::uint8_t>(DecisionReason::fx_guard));
  EXPECT_EQ(decision.header.detail3, static_cast<std::uint8_t>(DecisionSubject::rate));
  EXPECT_EQ(decision.value, test::rate("1.08330").raw);
  EXPECT_EQ(decision.reference, test::rate("0.92310").raw);
  fx("0.94156");
  EXPECT_EQ(count(CoreCounter::rate_applied), 1u);
}

TEST_F(Fx, AnOperatorAcceptsWhatWaits) {
  fx("0.95");
  EXPECT_EQ(force(ControlOp::accept_rate, 1), ControlOutcome::applied);
  EXPECT_EQ(in_force(), test::rate("0.95"));
  EXPECT_EQ(log_.last().cause(), Cause::control);
  EXPECT_EQ(count(CoreCounter::pending_accepted), 1u);
  EXPECT_EQ(ask(ControlOp::accept_rate, 1), ControlOutcome::nothing_to_do);
}

TEST_F(Fx, AnOperatorRefusesWhatWaits) {
  fx("0.95");
  EXPECT_EQ(force(ControlOp::refuse_rate, 1), ControlOutcome::applied);
  EXPECT_EQ(ask(ControlOp::accept_rate, 1), ControlOutcome::nothing_to_do);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
}

TEST_F(Fx, ATrueRateEndsTheWait) {
  fx("0.95");
  fx("0.924");
  EXPECT_EQ(ask(ControlOp::accept_rate, 1), ControlOutcome::nothing_to_do);
}

// METHODOLOGY 4: the guard stands around the last accepted rate.
TEST_F(Fx, AcceptedRatesMoveTheGuard) {
  fx("0.9410");
  fx("0.9590");  // 1.9 % from the last one, 3.9 % from day_fx
  EXPECT_EQ(in_force(), test::rate("0.9590"));
  EXPECT_EQ(count(CoreCounter::rate_applied), 2u);
  fx("0.9398");  // within 2 % of day_fx
  EXPECT_EQ(in_force(), test::rate("0.9590"));
  const auto decision = last_of<InputDecision>(RecordKind::input_decision);
  EXPECT_EQ(decision.value, test::rate("0.9398").raw);
  EXPECT_EQ(decision.reference, test::rate("0.9590").raw);
}

TEST_F(Fx, RejectedRatesDoNotMoveTheGuard) {
  for (const char* step : {"0.9420", "0.9590", "0.9700", "0.9590", "0.9420"}) fx(step);
  EXPECT_EQ(count(CoreCounter::rate_pending), 5u);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  EXPECT_EQ(last_of<InputDecision>(RecordKind::input_decision).reference,
            test::rate("0.92310").raw);
  fx("0.9240");
  EXPECT_EQ(in_force(), test::rate("0.9240"));
}

TEST_F(Fx, ARepeatedRateBeyondTheGuardWaitsForAnOperatorAllTheSame) {
  for (int i = 0; i < 100; ++i) fx("0.95");
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  EXPECT_EQ(force(ControlOp::accept_rate, 1), ControlOutcome::applied);
  fx("0.9680");  // 1.9 % from what the operator accepted
  EXPECT_EQ(in_force(), test::rate("0.9680"));
}

TEST_F(Fx, AnOverrideDoesNotMoveTheGuard) {
  force(ControlOp::override_rate, 1, test::rate("0.95").raw);
  fx("0.95");
  EXPECT_EQ(count(CoreCounter::rate_pending), 1u);
}

// Tests the guard without an index, because the sum of an index would overflow at such a rate.
TEST(FxGuard, AHugeAcceptedRateOverflowsNothing) {
  const std::vector<FxSeries> series{{}, {"HKDCNY", test::rate("0.92310")}};
  FxBook book(series);
  const auto offer = [&](const std::string& text) {
    MarketEvent event;
    event.kind = EventKind::fx;
    event.instrument = 1;
    event.value[0] = test::rate(text).raw;
    event.receive_time = test::kMorning;
    return book.offer(event, test::kMorning);
  };
  EXPECT_EQ(offer("92000000000"), RateVerdict::pending);
  book.accept_pending(1);
  EXPECT_EQ(offer("0.00000001"), RateVerdict::pending);
  EXPECT_EQ(offer("92000000001"), RateVerdict::applied);
  EXPECT_EQ(book.in_force(1), test::rate("92000000001"));
}

TEST_F(Fx, ANonPositiveRateIsRefused) {
  fx("0");
  fx("-0.92310");
  EXPECT_EQ(count(CoreCounter::rate_rejected), 2u);
}

TEST_F(Fx, FixedKeepsTheDefinitionsRate) {
  rule(FxMode::fixed, kStaleAfter);
  fx("0.93");
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  EXPECT_EQ(count(CoreCounter::rate_unused), 1u);
  seconds_pass(60);
  EXPECT_FALSE(flagged_stale());
}

// METHODOLOGY 6, two rates: the golden basket, whose previous close was published at 0.92310, on a
// day that starts 0.3 % higher.
IndexDefinition basket_of_a_new_rate() {
  IndexDefinition definition = test::golden_basket();
  definition.day_fx = {{"HKD", test::rate("0.92586930")}};
  return definition;
}

class TwoRates : public testing::Test {
 protected:
  RateVerdict offer(const std::string& text) {
    MarketEvent event;
    event.kind = EventKind::fx;
    event.instrument = 1;
    event.value[0] = test::rate(text).raw;
    event.receive_time = test::kMorning;
    return book_.offer(event, test::kMorning);
  }
  Universe universe_{{basket_of_a_new_rate()}};
  FxBook book_{universe_.series()};
};

TEST_F(TwoRates, TheFirstLevelHasTheMoveOfTheRateInItsChange) {
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe_, {}, log, counters);
  engine.start();
  EXPECT_EQ(log.last().previous_close, Level{10'000'000});
  EXPECT_EQ(log.last().fx_rate, test::rate("0.92586930"));
  // 27,233,280 HKD x 0.0027693 = 75,417.122304 CNY more under a divisor of 227,070.440768:
  // 0.33213...
  EXPECT_EQ(log.last().level, Level{10'003'321});
}

TEST_F(TwoRates, TheGateIsThatOfTheCloseAlone) {
  EXPECT_TRUE(check_definition(basket_of_a_new_rate()).empty());
  IndexDefinition definition = basket_of_a_new_rate();
  std::swap(definition.close_fx, definition.day_fx);
  ASSERT_EQ(check_definition(definition).size(), 1u);
  EXPECT_EQ(check_definition(definition)[0].key, "divisor");
}

TEST_F(TwoRates, ReferenceWeightsAreThoseOfTheClose) {
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe_, {}, log, counters);
  engine.start();
  std::uint64_t sequence = 0;
  MarketEvent event;
  event.kind = EventKind::instrument_status;
  event.detail = static_cast<std::uint8_t>(InstrumentStatus::suspended);
  event.instrument = 2;
  engine.apply(event, ++sequence);
  // 25,138,840.768 of 227,070,440.768: 1107.09... At 0.92586930 it would be 1110.04...
  EXPECT_EQ(log.last().weight_suspended, 1107u);
}

TEST_F(TwoRates, TheGuardStandsAroundTheDaysRateUntilASourceSpeaks) {
  EXPECT_EQ(book_.in_force(1), test::rate("0.92586930"));
  EXPECT_EQ(book_.guard_centre(1), test::rate("0.92586930"));
  EXPECT_EQ(offer("0.90735191"), RateVerdict::pending) << "within 2 % of close_fx alone";
  EXPECT_EQ(offer("0.94438669"), RateVerdict::pending);
  EXPECT_EQ(offer("0.94438668"), RateVerdict::applied) << "beyond 2 % of close_fx";
}

TEST_F(TwoRates, AnotherVersionsDayRateCountsUntilASourceHasSpoken) {
  const Universe next({test::golden_basket()}, universe_);
  FxBook unheard(next.series());
  unheard.take_over(book_);
  EXPECT_EQ(unheard.in_force(1), test::rate("0.92310"));
  ASSERT_EQ(offer("0.93"), RateVerdict::applied);
  FxBook heard(next.series());
  heard.take_over(book_);
  EXPECT_EQ(heard.in_force(1), test::rate("0.93"));
}

// METHODOLOGY 3, fx_in_divisor, beside an index that follows the same currency.
TEST(FixedRate, ALevelWhoseDivisorTakesRatesInFollowsNoSeries) {
  const Universe universe({test::golden_basket(), test::fixed_rate_basket()});
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, {}, log, counters);
  engine.start();
  ASSERT_EQ(universe.series().size(), 2u) << "the constant one and HKDCNY";
  std::uint64_t sequence = 0;
  MarketEvent event;
  event.kind = EventKind::fx;
  event.instrument = 1;
  event.value[0] = test::rate("0.93").raw;
  engine.apply(event, ++sequence);
  EXPECT_EQ(engine.sums().level(0).level, Level{10'008'275});
  EXPECT_EQ(engine.sums().level(1).level, Level{10'000'000});
  event = {};
  event.kind = EventKind::price;
  event.detail = static_cast<std::uint8_t>(PriceKind::last);
  event.instrument = 2;
  event.value[0] = test::price("6.01").raw;
  event.value[2] = 100'0000;
  engine.apply(event, ++sequence);
  const LevelUpdate level = log.last();
  EXPECT_EQ(level.header.id, 1u);
  EXPECT_EQ(level.level, Level{10'018'733});  // 460,800 HKD more at 0.92310
  EXPECT_EQ(level.fx_rate, test::rate("0.92310"));
  EXPECT_EQ(level.turnover, 92'3100);
}

TEST_F(Fx, AnOverrideReleasedAfterTheCloseTakesItsFlagAlong) {
  ask(ControlOp::override_rate, 1, test::rate("0.93").raw);
  all_trade();
  for (const InstrumentId id : {0u, 1u, 2u}) price(id, PriceKind::close, "10");
  phases(MarketPhase::closing);
  ASSERT_EQ(log_.last().status(), IndexStatus::closed);
  ASSERT_EQ(log_.last().flags, kOverrideInForce);
  const Level closed = log_.last().level;
  ask(ControlOp::release_rate, 1);
  EXPECT_EQ(log_.last().flags, 0u);
  EXPECT_EQ(log_.last().cause(), Cause::control);
  EXPECT_EQ(log_.last().level, closed) << "the rate stands";
}

TEST_F(Fx, FrozenAtCloseFollowsUntilItsTime) {
  rule(FxMode::frozen_at_close, 0, test::at(15, 0));
  now_ = test::at(14, 59, 59);
  time_is(now_);
  fx("0.93");
  time_is(test::at(15, 0));
  fx("0.935");
  EXPECT_EQ(in_force(), test::rate("0.93"));
  EXPECT_EQ(count(CoreCounter::rate_unused), 1u);
}

TEST_F(Fx, ARateThatStopsComingIsFlaggedAtOnceAndCleared) {
  rule(FxMode::realtime, kStaleAfter);
  fx("0.93");
  seconds_pass(30);
  EXPECT_FALSE(flagged_stale());
  seconds_pass(1);
  EXPECT_TRUE(flagged_stale()) << "a level is published because its quality changed";
  EXPECT_EQ(log_.last().cause(), Cause::timer);
  EXPECT_EQ(log_.last().cause_feed, kNoFeed);
  EXPECT_FALSE(log_.last().quotable);
  EXPECT_EQ(log_.last().fx_age_ms, 31'000u);
  fx("0.93");
  EXPECT_FALSE(flagged_stale());
}

TEST_F(Fx, ARateThatNeverCameIsStaleFromTheStart) {
  rule(FxMode::realtime, kStaleAfter);
  EXPECT_TRUE(flagged_stale()) << "day_fx is no rate of a source";
  EXPECT_EQ(log_.last().cause(), Cause::control);
  EXPECT_EQ(log_.last().cause_instrument, kNoInstrument);
  fx("0.93");
  EXPECT_FALSE(flagged_stale());
}

// METHODOLOGY 6: a rate's age counts from its own time.
TEST_F(Fx, ARateThatIsOldWhenItArrivesIsInForceAndStale) {
  rule(FxMode::realtime, kStaleAfter);
  fx_of_age(31, 0, "0.93");
  EXPECT_EQ(in_force(), test::rate("0.93"));
  EXPECT_TRUE(flagged_stale());
  EXPECT_FALSE(log_.last().quotable);
  EXPECT_EQ(log_.last().fx_age_ms, 31'000u);
  fx_of_age(1, 0, "0.931");
  EXPECT_FALSE(flagged_stale());
  EXPECT_EQ(log_.last().fx_age_ms, 1'000u);
}

TEST_F(Fx, AgeCountsFromTheRatesOwnTime) {
  rule(FxMode::realtime, kStaleAfter);
  fx_of_age(20, 0, "0.93");
  EXPECT_FALSE(flagged_stale());
  seconds_pass(10);
  EXPECT_FALSE(flagged_stale());
  seconds_pass(1);
  EXPECT_TRUE(flagged_stale());
  EXPECT_EQ(log_.last().fx_age_ms, 31'000u);
}

TEST_F(Fx, AnOldRateDoesNotReplaceANewerOne) {
  rule(FxMode::realtime, kStaleAfter);
  fx_of_age(1, 1, "0.93");
  fx_of_age(40, 0, "0.931");
  EXPECT_EQ(in_force(), test::rate("0.93")) << "a better source came back with an old rate";
  fx_of_age(40, 1, "0.932");
  EXPECT_EQ(in_force(), test::rate("0.93")) << "the same source repeated an old one";
  EXPECT_EQ(count(CoreCounter::rate_unused), 2u);
  EXPECT_FALSE(flagged_stale());
}

TEST_F(Fx, OfTwoOldRatesTheNewerOneIsInForce) {
  rule(FxMode::realtime, kStaleAfter);
  fx_of_age(100, 0, "0.93");
  fx_of_age(200, 1, "0.931");
  EXPECT_EQ(in_force(), test::rate("0.93"));
  fx_of_age(50, 1, "0.932");
  EXPECT_EQ(in_force(), test::rate("0.932"));
  EXPECT_TRUE(flagged_stale());
}

TEST_F(Fx, ATimeAheadOfTheServersClockCountsAsTheArrival) {
  rule(FxMode::realtime, kStaleAfter);
  fx_of_age(-20, 0, "0.93");
  EXPECT_EQ(log_.last().fx_age_ms, 0u);
  seconds_pass(31);
  EXPECT_TRUE(flagged_stale());
}

TEST_F(Fx, AnAcceptedRateIsAsOldAsItsSourceSaid) {
  rule(FxMode::realtime, kStaleAfter);
  fx_of_age(10, 0, "0.95");
  seconds_pass(10);
  force(ControlOp::accept_rate, 1);
  EXPECT_EQ(log_.last().fx_age_ms, 20'000u);
  seconds_pass(1);
  EXPECT_FALSE(flagged_stale()) << "the timer judges it";
  seconds_pass(10);
  EXPECT_TRUE(flagged_stale());
}

TEST_F(Fx, AnAgeBeyondItsFieldIsTheLargest) {
  fx_of_age(60LL * 86'400, 0, "0.93");
  EXPECT_EQ(log_.last().fx_age_ms, 0xffff'ffffu);
}

TEST_F(Fx, TheSecondSourceIsHeardOnlyWhileTheFirstIsStale) {
  rule(FxMode::realtime, kStaleAfter);
  fx_from(0, "0.93");
  fx_from(1, "0.931");
  EXPECT_EQ(in_force(), test::rate("0.93"));
  EXPECT_EQ(count(CoreCounter::rate_unused), 1u);
  seconds_pass(31);
  fx_from(1, "0.931");
  EXPECT_EQ(in_force(), test::rate("0.931"));
  EXPECT_FALSE(flagged_stale());
  fx_from(0, "0.932");
  EXPECT_EQ(in_force(), test::rate("0.932")) << "the first one is back";
}

TEST_F(Fx, AnOverrideOutranksEverySourceUntilReleased) {
  EXPECT_EQ(ask(ControlOp::override_rate, 1, test::rate("0.94").raw), ControlOutcome::applied);
  EXPECT_EQ(in_force(), test::rate("0.94"));
  EXPECT_TRUE(log_.last().flags & kOverrideInForce);
  fx("0.93");
  EXPECT_EQ(in_force(), test::rate("0.94"));
  EXPECT_EQ(ask(ControlOp::release_rate, 1), ControlOutcome::applied);
  EXPECT_EQ(in_force(), test::rate("0.93"));
  EXPECT_FALSE(log_.last().flags & kOverrideInForce);
  EXPECT_EQ(ask(ControlOp::release_rate, 1), ControlOutcome::nothing_to_do);
}

TEST_F(Fx, FreezesAtTheCloseOfTheLastMarket) {
  close_at("151.20");
  fx("0.93");
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  EXPECT_EQ(ask(ControlOp::override_rate, 1, test::rate("0.94").raw), ControlOutcome::applied);
  EXPECT_EQ(in_force(), test::rate("0.92310"));
}

TEST_F(Fx, FreezesWhenTheLastMarketIsOverThoughClosesAreAwaited) {
  rule(FxMode::realtime, kStaleAfter);
  phases(MarketPhase::closing);
  fx("0.93");
  EXPECT_EQ(in_force(), test::rate("0.92310"));
  seconds_pass(40);
  EXPECT_FALSE(flagged_stale()) << "nothing is missed any more";
}

TEST_F(Fx, FreezesForAHeldIndexToo) {
  EXPECT_EQ(ask(ControlOp::hold, 0), ControlOutcome::applied);
  phases(MarketPhase::closed);
  fx("0.93");
  EXPECT_EQ(in_force(), test::rate("0.92310"));
}

TEST_F(Fx, ASourcesClockIsNoExchangesClock) {
  ends(0, test::at(15, 0));
  for (int i = 0; i < 2; ++i) {
    MarketEvent& e = event(EventKind::fx, 0);
    e.instrument = 1;
    e.value[0] = test::rate("0.93").raw;
    e.exchange_time = test::at(23, 0);
    send();
  }
  quote(0, "", "");
  EXPECT_EQ(engine_.phase(0), MarketPhase::trading);
}

TEST_F(Fx, NonsenseRulesAreRefused) {
  const auto before = count(CoreCounter::unknown_rejected);
  rule(FxMode{3});
  rule(FxMode::realtime, -1);
  event(EventKind::fx_rule, 0).instrument = 0;
  send();
  event(EventKind::fx_rule, 0).instrument = 2;
  send();
  EXPECT_EQ(count(CoreCounter::unknown_rejected), before + 4);
}

}  // namespace
}  // namespace indexcast
