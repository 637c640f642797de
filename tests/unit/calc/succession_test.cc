// METHODOLOGY 7: another version of a definition takes over while the day runs, if it moves no
// level.
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

constexpr std::uint32_t kDefinitionSet = 1;

class Succession : public test::EngineFixture {
 protected:
  explicit Succession(const IndexDefinition& basket = test::golden_basket())
      : EngineFixture(basket) {}

  // The golden basket with every share count and the divisor doubled: the same level.
  static IndexDefinition doubled() {
    IndexDefinition definition = test::golden_basket();
    definition.version = 2;
    definition.divisor = Divisor{definition.divisor.raw * 2};
    for (Member& member : definition.members) member.shares.raw *= 2;
    return definition;
  }

  void stage(const IndexDefinition& definition) {
    next_universe_.emplace(std::vector{definition}, universe_);
    EngineSettings staged = settings();
    staged.definition_set = kDefinitionSet;
    next_.emplace(*next_universe_, staged, log_, counters_);
    engine_.set_staged(&*next_);
  }

  ControlOutcome activate(std::uint32_t version, std::uint32_t expected = kAnyVersion,
                          std::int64_t definition_set = kDefinitionSet) {
    MarketEvent& e = event(EventKind::control, static_cast<std::uint8_t>(ControlOp::activate));
    e.exchange_time = {};
    e.instrument = 0;
    e.value[0] = version;
    e.value[1] = definition_set;
    e.set_expected_version(expected);
    e.feed_sequence = 77;
    send();
    if (engine_.successor() != nullptr) engine_.successor()->succeed(event_, sequence_);
    return static_cast<ControlOutcome>(
        last_of<ControlDone>(RecordKind::control_done).header.detail2);
  }
  // What the successor is told of.
  void next_price(InstrumentId id, const std::string& text) {
    MarketEvent& e = event(EventKind::price, static_cast<std::uint8_t>(PriceKind::last));
    e.instrument = id;
    e.value[0] = test::price(text).raw;
    next_->apply(event_, ++sequence_);
  }

  std::optional<Universe> next_universe_;
  std::optional<Engine> next_;
};

TEST_F(Succession, TheNewVersionGoesOnFromTheSameLevel) {
  phases(MarketPhase::trading);
  all_trade();
  price(0, PriceKind::last, "152.20", 9'000'000);
  const LevelUpdate before = log_.last();
  stage(doubled());
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  const auto changed = last_of<DefinitionChanged>(RecordKind::definition_changed);
  EXPECT_EQ(changed.definition_set, kDefinitionSet);
  EXPECT_EQ(changed.version, 2u);
  EXPECT_EQ(changed.control_id, 77u);
  const LevelUpdate after = log_.last();
  EXPECT_EQ(after.level, before.level);
  EXPECT_EQ(after.definition_version, 2u);
  EXPECT_EQ(after.index_sequence, before.index_sequence + 1);
  EXPECT_EQ(after.cause(), Cause::control);
  EXPECT_EQ(after.status(), before.status());
  EXPECT_EQ(after.open, before.open);
  EXPECT_EQ(after.turnover, before.turnover);
  EXPECT_EQ(after.weight_live, before.weight_live);
  next_price(0, "153.20");
  EXPECT_EQ(level(), "1008.8078");
  EXPECT_EQ(log_.last().index_sequence, before.index_sequence + 2);
}

class QuotedSuccession : public Succession {
 protected:
  static IndexDefinition quoted(IndexDefinition basket) {
    basket.bid_ask = true;
    return basket;
  }
  QuotedSuccession() : Succession(quoted(test::golden_basket())) {
    phases(MarketPhase::trading);
    all_trade();
    quote(0, "151.10", "151.40");
  }
};

TEST_F(QuotedSuccession, TheNewVersionGoesOnFromTheSameQuotes) {
  const LevelUpdate before = log_.last();
  ASSERT_NE(before.bid, before.level);
  stage(quoted(doubled()));
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  EXPECT_EQ(log_.last().bid, before.bid);
  EXPECT_EQ(log_.last().ask, before.ask);
  EXPECT_EQ(log_.last().weight_bid_quoted, before.weight_bid_quoted);
  next_price(0, "151.40");
  EXPECT_EQ(log_.last().bid, before.bid) << "the quote stands";
}

TEST_F(QuotedSuccession, AVersionThatDoesNotAskHasNoBidAndAsk) {
  stage(doubled());
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  EXPECT_EQ(log_.last().bid.raw, 0);
  EXPECT_EQ(log_.last().weight_bid_quoted, 0);
}

TEST_F(Succession, AVersionThatAsksForTheFirstTimeShowsPricesInForce) {
  phases(MarketPhase::trading);
  all_trade();
  IndexDefinition asking = doubled();
  asking.bid_ask = true;
  stage(asking);
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  EXPECT_EQ(log_.last().bid, log_.last().level);
  EXPECT_EQ(log_.last().weight_bid_quoted, 0);
}

TEST_F(Succession, ALevelThatWouldMoveIsRefused) {
  phases(MarketPhase::trading);
  all_trade();
  IndexDefinition other = doubled();
  other.members[0].shares.raw += 1'000'000;
  stage(other);
  const auto published = log_.levels.size();
  EXPECT_EQ(activate(2), ControlOutcome::level_differs);
  EXPECT_EQ(log_.levels.size(), published);
  EXPECT_EQ(engine_.successor(), nullptr);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(level(), "1004.4039") << "the version in force goes on";
}

TEST_F(Succession, WhatMovesTheLevelByLessThanItsPlacesIsTaken) {
  phases(MarketPhase::trading);
  all_trade();
  IndexDefinition other = doubled();
  other.members[0].shares.raw += 1;
  stage(other);
  EXPECT_EQ(activate(2), ControlOutcome::applied);
}

TEST_F(Succession, OnlyTheStagedVersionOnTheDefinitionSetInForceIsTaken) {
  EXPECT_EQ(activate(2), ControlOutcome::not_staged) << "nothing is";
  stage(doubled());
  EXPECT_EQ(activate(3), ControlOutcome::not_staged);
  EXPECT_EQ(activate(2, kAnyVersion, kDefinitionSet + 1), ControlOutcome::not_staged);
  EXPECT_EQ(activate(2, kAnyVersion, 0), ControlOutcome::not_staged);
  EXPECT_EQ(activate(2, 5), ControlOutcome::stale_version);
  EXPECT_EQ(activate(2, 0), ControlOutcome::applied);
}

TEST_F(Succession, ARefusedRequestMayBeRepeatedWhenTheLevelsMeet) {
  IndexDefinition other = test::golden_basket();
  other.version = 2;
  other.members[0].shares.raw *= 2;  // half of a price of 151.20 would make up for it
  stage(other);
  EXPECT_EQ(activate(2), ControlOutcome::level_differs);
  stage(doubled());
  EXPECT_EQ(activate(2), ControlOutcome::applied);
}

TEST_F(Succession, TheCountsOfRequestsGoOn) {
  ask(ControlOp::override_price, 1, test::price("18").raw);
  ask(ControlOp::override_rate, 1, 93'000'000);
  stage(doubled());
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  const auto version_of = [this](ControlOp op, std::uint32_t target) {
    MarketEvent& e = event(EventKind::control, static_cast<std::uint8_t>(op));
    e.exchange_time = {};
    e.instrument = target;
    e.set_expected_version(99);
    next_->apply(event_, ++sequence_);
    return last_of<ControlDone>(RecordKind::control_done).version;
  };
  EXPECT_EQ(version_of(ControlOp::hold, 0), 1u);
  EXPECT_EQ(version_of(ControlOp::release_price, 1), 1u);
  EXPECT_EQ(version_of(ControlOp::release_rate, 1), 1u);
}

TEST_F(Succession, AHeldIndexStaysHeld) {
  ask(ControlOp::hold, 0);
  stage(doubled());
  const auto published = log_.levels.size();
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  EXPECT_EQ(log_.levels.size(), published);
}

TEST_F(Succession, TheNewReferencePriceCountsWhereNobodyHasSpoken) {
  IndexDefinition corrected = test::golden_basket();
  corrected.version = 2;
  corrected.members[0].reference_price = test::price("75.60");
  corrected.members[0].shares.raw *= 2;
  stage(corrected);
  ASSERT_EQ(activate(2), ControlOutcome::applied) << "75.60 for twice the shares";
  EXPECT_EQ(next_->sums().price(0), test::price("75.60"));
}

TEST_F(Succession, AVersionAtAFixedRateStaysAtIt) {
  IndexDefinition fixed = test::fixed_rate_basket();
  fixed.version = 2;
  stage(fixed);
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  EXPECT_EQ(log_.last().fx_rate, test::rate("0.92310"));
}

TEST_F(Succession, AnExchangesPreviousCloseIsComparedAnew) {
  price(0, PriceKind::previous_close, "75.60");
  ASSERT_EQ(log_.last().flags & kReferenceMismatch, kReferenceMismatch);
  IndexDefinition corrected = test::golden_basket();
  corrected.version = 2;
  corrected.members[0].reference_price = test::price("75.60");
  stage(corrected);
  ASSERT_EQ(activate(2), ControlOutcome::applied);
  EXPECT_EQ(log_.last().flags & kReferenceMismatch, 0u);
}

}  // namespace
}  // namespace indexcast
