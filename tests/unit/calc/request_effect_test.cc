// METHODOLOGY 4 and 6: an operator's value is judged before it applies. What each level would be is
// said first, and a value far from what the core believes needs force.
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

class RequestEffect : public test::EngineFixture {
 protected:
  explicit RequestEffect(const IndexDefinition& basket = test::golden_basket())
      : EngineFixture(basket) {}
  // Every market trades, and the first member has a collar.
  void open() {
    phases(MarketPhase::trading);
    all_trade();
    collar(0, 25);
  }
  // The effects that the last request was said to have.
  std::vector<ControlEffect> effects() const {
    std::vector<ControlEffect> out;
    for (const Record& record : log_.records) {
      if (record.kind() != RecordKind::control_effect) continue;
      const auto effect = record.as<ControlEffect>();
      if (effect.header.input_sequence == sequence_) out.push_back(effect);
    }
    return out;
  }
  ControlEffect effect() const {
    const auto all = effects();
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? ControlEffect{} : all[0];
  }
  std::uint32_t version() const { return last_of<ControlDone>(RecordKind::control_done).version; }
  static std::int64_t raw(const std::string& text) { return test::price(text).raw; }
  static std::int64_t rate(const std::string& text) { return test::rate(text).raw; }
};

TEST_F(RequestEffect, AFarOverrideNeedsForceAndSaysTheLevelsBefore) {
  open();
  const LevelUpdate before = log_.last();
  // 1 + 3 x 25 % of 151.20 is 264.60.
  ASSERT_EQ(ask(ControlOp::override_price, 0, raw("264.61")), ControlOutcome::needs_force);
  EXPECT_EQ(version(), 0u);
  EXPECT_EQ(log_.last().index_sequence, before.index_sequence) << "nothing changed";
  const ControlEffect said = effect();
  EXPECT_EQ(said.before, before.level);
  ASSERT_EQ(force(ControlOp::override_price, 0, raw("264.61")), ControlOutcome::applied);
  EXPECT_EQ(log_.last().level, said.after);
  EXPECT_EQ(effect().before, before.level);
  EXPECT_EQ(version(), 1u);
}

TEST_F(RequestEffect, UpToThreeCollarsAnOverrideNeedsNoForce) {
  open();
  EXPECT_EQ(ask(ControlOp::override_price, 0, raw("264.60")), ControlOutcome::applied);
  EXPECT_EQ(effect().after, log_.last().level);
  EXPECT_EQ(ask(ControlOp::override_price, 0, raw("86.40")), ControlOutcome::applied);
  EXPECT_EQ(ask(ControlOp::override_price, 0, raw("86.39")), ControlOutcome::needs_force);
}

TEST_F(RequestEffect, BeyondTheLimitsOfTheDayAnOverrideNeedsForce) {
  open();
  limits(0, "136.08", "166.32");
  EXPECT_EQ(ask(ControlOp::override_price, 0, raw("166.33")), ControlOutcome::needs_force);
  EXPECT_EQ(ask(ControlOp::override_price, 0, raw("166.32")), ControlOutcome::applied);
}

TEST_F(RequestEffect, APreviewChangesNothing) {
  open();
  const auto levels = log_.levels.size();
  ASSERT_EQ(ask_in(RequestMode::preview, ControlOp::override_price, 0, raw("160")),
            ControlOutcome::previewed);
  EXPECT_EQ(log_.levels.size(), levels);
  EXPECT_EQ(version(), 0u);
  EXPECT_EQ(count(CoreCounter::control_previewed), 1u);
  EXPECT_EQ(count(CoreCounter::control_refused), 0u);
  const Level after = effect().after;
  price(0, PriceKind::last, "160");
  EXPECT_EQ(log_.last().level, after);
}

// Also what nobody could carry out is refused as such.
TEST_F(RequestEffect, APreviewOfNothingIsRefused) {
  open();
  for (const ControlOp op :
       {ControlOp::accept_price, ControlOp::refuse_price, ControlOp::confirm_reference,
        ControlOp::accept_rate, ControlOp::refuse_rate})
    EXPECT_EQ(ask_in(RequestMode::preview, op, 1), ControlOutcome::nothing_to_do);
  EXPECT_EQ(ask_in(RequestMode::preview, ControlOp::override_price, 0, 0),
            ControlOutcome::bad_value);
  EXPECT_TRUE(effects().empty());
}

TEST_F(RequestEffect, AModeThatDoesNotExistInsistsOnNothing) {
  open();
  for (const std::uint32_t mode : {3u, 257u, 0xffff'ffffu}) {
    control(ControlOp::override_price, 0, raw("300")).channel = mode;
    send();
    EXPECT_EQ(outcome(), ControlOutcome::needs_force) << mode;
  }
}

TEST_F(RequestEffect, AFarPriceThatWaitsIsAcceptedWithForce) {
  open();
  traded(0, "1512", 1);
  ASSERT_EQ(ask(ControlOp::accept_price, 0), ControlOutcome::needs_force);
  EXPECT_TRUE(log_.last().flags & kPricePending) << "it waits on";
  const Level said = effect().after;
  EXPECT_EQ(effect().if_accepted, Level{});
  ASSERT_EQ(force(ControlOp::accept_price, 0), ControlOutcome::applied);
  EXPECT_EQ(log_.last().level, said);
}

TEST_F(RequestEffect, ANearerPriceThatWaitsIsAcceptedWithout) {
  open();
  traded(0, "200", 1);
  ASSERT_TRUE(log_.last().flags & kPricePending);
  EXPECT_EQ(ask(ControlOp::accept_price, 0), ControlOutcome::applied);
  EXPECT_EQ(effect().after, log_.last().level);
}

TEST_F(RequestEffect, ARefusalSaysWhatItKeepsOut) {
  open();
  const Level before = log_.last().level;
  traded(0, "1512", 1);
  ASSERT_EQ(ask_in(RequestMode::preview, ControlOp::accept_price, 0), ControlOutcome::previewed);
  const Level accepted = effect().after;
  ASSERT_EQ(ask(ControlOp::refuse_price, 0), ControlOutcome::needs_force);
  EXPECT_EQ(effect().before, before);
  EXPECT_EQ(effect().after, before);
  EXPECT_EQ(effect().if_accepted, accepted);
  ASSERT_EQ(force(ControlOp::refuse_price, 0), ControlOutcome::applied);
  EXPECT_FALSE(log_.last().flags & kPricePending);
  EXPECT_EQ(log_.last().level, before);
}

TEST_F(RequestEffect, AcceptedUnderAnOverrideAPriceMovesNoLevel) {
  open();
  ask(ControlOp::override_price, 0, raw("160"));
  traded(0, "1512", 1);
  ASSERT_EQ(force(ControlOp::accept_price, 0), ControlOutcome::applied);
  EXPECT_EQ(effect().after, effect().before);
  EXPECT_EQ(log_.last().level, effect().before);
}

TEST_F(RequestEffect, AFarPreviousCloseIsConfirmedWithForce) {
  collar(0, 25);
  MarketEvent& previous =
      event(EventKind::price, static_cast<std::uint8_t>(PriceKind::previous_close));
  previous.instrument = 0;
  previous.value[0] = raw("15.12");
  send();
  ASSERT_TRUE(log_.last().flags & kReferenceMismatch);
  ASSERT_EQ(ask(ControlOp::confirm_reference, 0), ControlOutcome::needs_force);
  const Level said = effect().after;
  ASSERT_EQ(force(ControlOp::confirm_reference, 0), ControlOutcome::applied);
  EXPECT_EQ(log_.last().level, said);
}

TEST_F(RequestEffect, ARateBeyondTheGuardNeedsForce) {
  open();
  const Level before = log_.last().level;
  ASSERT_EQ(ask(ControlOp::override_rate, 1, rate("0.95")), ControlOutcome::needs_force);
  EXPECT_EQ(log_.last().level, before);
  const Level said = effect().after;
  ASSERT_EQ(force(ControlOp::override_rate, 1, rate("0.95")), ControlOutcome::applied);
  EXPECT_EQ(log_.last().level, said);
  EXPECT_EQ(ask(ControlOp::override_rate, 1, rate("0.94")), ControlOutcome::applied)
      << "1.8 % from the last accepted one";
}

TEST_F(RequestEffect, ARateOfAnotherScaleIsNobodys) {
  open();
  for (const char* each : {"9.24", "0.0923"}) {
    EXPECT_EQ(force(ControlOp::override_rate, 1, rate(each)), ControlOutcome::bad_value) << each;
    fx(each);
    EXPECT_EQ(force(ControlOp::accept_rate, 1), ControlOutcome::bad_value) << each;
    EXPECT_EQ(force(ControlOp::refuse_rate, 1), ControlOutcome::applied) << each;
  }
  EXPECT_EQ(force(ControlOp::override_rate, 1, std::numeric_limits<std::int64_t>::max()),
            ControlOutcome::bad_value);
}

TEST_F(RequestEffect, AWaitingRateIsAcceptedWithForceAndItsRefusalSaysWhatItKeepsOut) {
  open();
  fx("1.0833");
  ASSERT_EQ(ask(ControlOp::accept_rate, 1), ControlOutcome::needs_force);
  const Level accepted = effect().after;
  ASSERT_EQ(ask(ControlOp::refuse_rate, 1), ControlOutcome::needs_force);
  EXPECT_EQ(effect().after, effect().before);
  EXPECT_EQ(effect().if_accepted, accepted);
  ASSERT_EQ(force(ControlOp::accept_rate, 1), ControlOutcome::applied);
  EXPECT_EQ(log_.last().level, accepted);
}

TEST_F(RequestEffect, AfterTheFreezeARateMovesNoLevel) {
  close_at("151.20");
  ASSERT_EQ(ask(ControlOp::override_rate, 1, rate("0.93")), ControlOutcome::applied);
  EXPECT_EQ(effect().after, effect().before);
}

TEST_F(RequestEffect, EveryIndexThatHoldsTheMemberIsTold) {
  IndexDefinition half = test::golden_basket();
  half.code = "HALF";
  half.members.pop_back();
  half.close_fx.clear();
  half.fx_series.clear();
  half.divisor = divisor_for(base_capitalisation(half), half.previous_close, half.decimals);
  const Universe both({test::golden_basket(), half});
  test::RecordLog log;
  Engine engine(both, settings(), log, counters_);
  engine.start();
  control(ControlOp::override_price, 0, raw("160")).channel =
      static_cast<std::uint32_t>(RequestMode::preview);
  engine.apply(event_, 1);
  std::vector<ControlEffect> said;
  for (const Record& record : log.records) {
    if (record.kind() == RecordKind::control_effect) said.push_back(record.as<ControlEffect>());
  }
  ASSERT_EQ(said.size(), 2u);
  control(ControlOp::override_price, 0, raw("160"));
  engine.apply(event_, 2);
  for (const ControlEffect& each : said) {
    for (const LevelUpdate& level : log.levels) {
      if (level.header.id == each.header.id && level.header.input_sequence == 2) {
        EXPECT_EQ(level.level, each.after);
      }
    }
  }
  EXPECT_NE(said[0].after, said[1].after);
}

TEST_F(RequestEffect, ACorrectionFarFromTheCloseNeedsForce) {
  close_at("152.20");
  const auto last = static_cast<std::int64_t>(log_.last().index_sequence);
  const Level close = log_.last().close;
  const auto correct = [&](std::int64_t value, RequestMode mode) {
    MarketEvent& e = control(ControlOp::correct_close, 0, value);
    e.value[1] = e.value[2] = last;
    e.channel = static_cast<std::uint32_t>(mode);
    send();
    return outcome();
  };
  EXPECT_EQ(correct(close.raw * 2, RequestMode::careful), ControlOutcome::applied)
      << "no level guard, no limit";
  event(EventKind::belief_rule, 0).value[0] = 100;  // basis points
  send();
  EXPECT_EQ(correct(close.raw + close.raw / 100, RequestMode::careful), ControlOutcome::applied);
  const std::int64_t mistyped = close.raw * 10;
  EXPECT_EQ(correct(mistyped, RequestMode::careful), ControlOutcome::needs_force);
  EXPECT_EQ(effect().before, close);
  EXPECT_EQ(effect().after, Level{mistyped});
  EXPECT_EQ(correct(mistyped, RequestMode::force), ControlOutcome::applied);
}

// METHODOLOGY 6: a morning fixing comes in by request before the open.
TEST_F(RequestEffect, AMorningFixingIsTheRateThatTheDayStartsAt) {
  ASSERT_EQ(ask(ControlOp::set_day_fx, 1, rate("0.93")), ControlOutcome::applied);
  const Level said = effect().after;
  EXPECT_GT(said, effect().before);
  open();
  EXPECT_EQ(log_.last().level, said) << "all trade at their reference prices";
  EXPECT_EQ(log_.last().open, said);
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.93"));
  fx("0.9480");  // 1.9 % from the fixing, 2.7 % from the definition's rate
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.9480"));
}

TEST_F(RequestEffect, AfterTheOpenAFixingComesTooLate) {
  open();
  EXPECT_EQ(force(ControlOp::set_day_fx, 1, rate("0.93")), ControlOutcome::too_late);
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.92310"));
}

TEST_F(RequestEffect, AFixingIsHeldAgainstTheRateOfTheDefinition) {
  EXPECT_EQ(ask(ControlOp::set_day_fx, 1, rate("0.95")), ControlOutcome::needs_force);
  EXPECT_EQ(force(ControlOp::set_day_fx, 1, rate("1.0154")), ControlOutcome::applied);
  EXPECT_EQ(force(ControlOp::set_day_fx, 1, rate("1.0155")), ControlOutcome::bad_value)
      << "more than 10 %";
  EXPECT_EQ(ask(ControlOp::set_day_fx, 1, rate("1.0154")), ControlOutcome::nothing_to_do);
}

TEST_F(RequestEffect, OnceASourceSpokeThereIsNoFixingToSet) {
  fx("0.9240");
  EXPECT_EQ(ask(ControlOp::set_day_fx, 1, rate("0.93")), ControlOutcome::nothing_to_do);
  EXPECT_EQ(ask(ControlOp::override_rate, 1, rate("0.93")), ControlOutcome::applied);
}

TEST_F(RequestEffect, AFixedRateTakesTheFixingForTheWholeDay) {
  MarketEvent& rule = event(EventKind::fx_rule, static_cast<std::uint8_t>(FxMode::fixed));
  rule.instrument = 1;
  send();
  ASSERT_EQ(ask(ControlOp::set_day_fx, 1, rate("0.93")), ControlOutcome::applied);
  open();
  fx("0.9240");
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.93"));
}

TEST_F(RequestEffect, AnotherDefinitionSetKeepsTheFixing) {
  FxBook next(universe_.series());
  FxBook now(universe_.series());
  now.set_day_rate(1, test::rate("0.93"));
  next.take_over(now);
  EXPECT_EQ(next.in_force(1), test::rate("0.93"));
}

}  // namespace
}  // namespace indexcast
