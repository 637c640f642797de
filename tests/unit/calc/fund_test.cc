// The indicative value of a fund in the core (METHODOLOGY 9): cash beside prices, its own session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string value_at_reference(const IndexDefinition& fund) {
  return format_decimal(level_of(base_value(fund), fund.divisor, fund.decimals).raw, 4);
}

std::string only_fault(const IndexDefinition& fund) {
  const auto faults = check_definition(fund);
  return faults.size() == 1 ? faults[0].key + ": " + faults[0].what : "not one fault";
}

TEST(Fund, IsWorthItsPricesAndItsCash) {
  const IndexDefinition fund = test::golden_fund();
  EXPECT_EQ(format_trimmed(constant_cash(fund, "CNY"), kCapDecimals), "1034.567");
  EXPECT_EQ(format_trimmed(base_value(fund), kSumDecimals), "146309.777");
  EXPECT_EQ(value_at_reference(fund), "1.4631");
  EXPECT_THAT(check_definition(fund), IsEmpty());
}

// 146,309.777 is 0.5 % above 145,581.867662 and 0.5 % below 147,044.999.
TEST(Fund, GateAllowsHalfAPercent) {
  IndexDefinition fund = test::golden_fund();
  for (const char* expected : {"145581.868", "147044.99"}) {
    fund.fund->expected_value = test::money(expected);
    EXPECT_THAT(check_definition(fund), IsEmpty()) << expected;
  }
}

TEST(Fund, GateSaysByHowMuch) {
  IndexDefinition fund = test::golden_fund();
  fund.fund->expected_value = test::money("145581.86");
  EXPECT_EQ(
      only_fault(fund),
      "NAVperCU: a creation unit is worth 146309.78 at reference prices, 0.50 % above its NAV "
      "less dividend of 145581.86; 0.5 % is allowed");
  fund.fund->expected_value = test::money("200000");
  EXPECT_THAT(only_fault(fund), HasSubstr("26.85 % below its NAV less dividend of 200000.00"));
}

TEST(Fund, TermsAreChecked) {
  IndexDefinition fund = test::golden_fund();
  fund.fund->venue = kMaxMarkets;
  EXPECT_EQ(only_fault(fund), "venue: unknown");
  fund = test::golden_fund();
  fund.fund->creation_unit = 0;
  EXPECT_EQ(only_fault(fund), "creation_unit: must be positive");
  fund = test::golden_fund();
  fund.fund->expected_value = {};
  EXPECT_EQ(only_fault(fund), "expected_value: must be positive");
}

TEST(Fund, CashCountsForTheRange) {
  IndexDefinition fund = test::golden_fund();
  fund.fund->cash_components.assign(20'000, {"D.SH", "D", Money{INT64_MAX}});
  EXPECT_THAT(only_fault(fund), HasSubstr("cash components: leave the range of the accumulator"));
}

class FundTest : public test::EngineFixture {
 protected:
  FundTest() : EngineFixture(test::golden_fund()) {}
};

TEST_F(FundTest, MovesWithPricesAndRates) {
  phases(MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(level(), "1.4691");  // (146,309.777 + 600) / 100,000
  fx("0.93");
  EXPECT_EQ(level(), "1.4732");  // + 10,000 x 5.91 x (0.93 - 0.9231)
  EXPECT_EQ(engine_.sums().recompute(0), engine_.sums().sum(0));
}

class PoorFundTest : public test::EngineFixture {
 protected:
  static IndexDefinition poor() {
    IndexDefinition fund = test::golden_fund();
    fund.fund->estimated_cash = test::money("-146600");
    return fund;
  }
  PoorFundTest() : EngineFixture(poor()) {}
};

TEST_F(PoorFundTest, AValueBelowZeroIsZero) {
  EXPECT_EQ(log_.levels.front().level, Level{});  // -90.223 a creation unit
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(level(), "0.0051");  // 509.777 / 100,000
  price(0, PriceKind::last, "150");
  EXPECT_EQ(level(), "0.0000");
  EXPECT_EQ(log_.last().weight_fresh, 6245u) << "weights are of what is priced";
}

TEST_F(PoorFundTest, AValueOfZeroIsNoOpen) {
  phases(MarketPhase::trading);
  price(0, PriceKind::last, "150");
  price(1, PriceKind::last, "5.91");
  EXPECT_EQ(log_.last().open, Level{});
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(format_decimal(log_.last().open.raw, 4), "0.0051");
}

TEST_F(FundTest, FollowsItsOwnMarket) {
  phase(2, MarketPhase::trading);
  EXPECT_EQ(log_.last().status(), IndexStatus::pre_open);
  phase(0, MarketPhase::trading);
  EXPECT_EQ(log_.last().status(), IndexStatus::open);
  price(0, PriceKind::last, "152.20");
  phase(0, MarketPhase::scheduled);
  EXPECT_EQ(log_.last().status(), IndexStatus::scheduled_break);
  phase(0, MarketPhase::trading);
  phase(0, MarketPhase::closing);
  EXPECT_EQ(log_.last().status(), IndexStatus::preliminary_close);
  price(0, PriceKind::close, "152.30");
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
  EXPECT_EQ(format_decimal(log_.last().close.raw, 4), "1.4697");
}

TEST_F(FundTest, IsIndicativeWhileAMarketThatItPricesIsShut) {
  phase(2, MarketPhase::shut_today);
  phase(0, MarketPhase::trading);
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.last().status(), IndexStatus::indicative);
  EXPECT_EQ(log_.last().flags, kPartialMarket);
  EXPECT_FALSE(log_.last().quotable);
  EXPECT_EQ(level(), "1.4691");
}

// What a Hong Kong price that still moves the value is converted at.
TEST_F(FundTest, RatesGoStaleWhileAMarketThatItPricesTradesOn) {
  phases(MarketPhase::trading);
  phase(0, MarketPhase::closing);
  price(0, PriceKind::close, "152.30");
  ASSERT_EQ(log_.last().status(), IndexStatus::closed);
  MarketEvent& rule = event(EventKind::fx_rule, static_cast<std::uint8_t>(FxMode::realtime));
  rule.instrument = 1;
  rule.value[0] = 30 * kNsPerSecond;
  send();
  seconds_pass(1);
  EXPECT_EQ(log_.last().flags, kFxStale);
  fx("0.93");
  EXPECT_EQ(log_.last().flags, 0u);
  phase(2, MarketPhase::closing);
  seconds_pass(31);
  EXPECT_EQ(log_.last().flags, 0u) << "nothing is missed after the last market";
}

TEST_F(FundTest, OtherMarketsDoNotConcernIt) {
  phase(0, MarketPhase::trading);
  const auto published = log_.levels.size();
  phase(1, MarketPhase::halt);
  EXPECT_EQ(log_.levels.size(), published);
}

// A fund of Shenzhen that prices nothing there: the day still ends with Shenzhen's.
class AbroadTest : public test::EngineFixture {
 protected:
  static IndexDefinition abroad() {
    IndexDefinition fund = test::golden_fund();
    fund.fund->venue = 1;
    return fund;
  }
  AbroadTest() : EngineFixture(abroad()) {}
};

TEST_F(AbroadTest, ClosesWithTheMarketWhereItIsListed) {
  phases(MarketPhase::trading);
  phase(1, MarketPhase::closing);
  EXPECT_EQ(log_.last().status(), IndexStatus::closed) << "no close is awaited there";
}

TEST_F(AbroadTest, ClosesAtTheDeadlineOfTheMarketWhereItIsListed) {
  phases(MarketPhase::trading);
  ends(1, test::at(15, 0));
  time_is(test::at(15, 20));
  EXPECT_EQ(log_.last().status(), IndexStatus::closed);
  EXPECT_EQ(log_.last().flags, 0u) << "it has no member there whose close is missing";
}

}  // namespace
}  // namespace indexcast
