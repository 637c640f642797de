// Which components are priced and which are cash: every flag in every market, in both formats.
#include "server/definitions/fund_definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast::server {
namespace {

using indexcast::test::money;
using indexcast::test::price;
using indexcast::test::shares;
using testing::HasSubstr;
using enum ComponentMarket;

const std::string kFile = "pcf.xml";

// Reference prices of 10 in every market.
IndexDefinition known() {
  using indexcast::test::member;
  IndexDefinition index = indexcast::test::index(
      "995366", {member("600000.SH", 0, "CNY", "10", "1"), member("000001.SZ", 1, "CNY", "10", "1"),
                 member("00700.HK", 2, "HKD", "10", "1")});
  return index;
}

Component component(const char* code, ComponentMarket market, Substitution substitution) {
  Component out;
  out.code = code;
  out.market = market;
  out.substitution = substitution;
  out.quantity = shares("100");
  out.creation_cash = money("777");
  out.redemption_cash = money("555");
  out.line = 7;
  return out;
}

class FundDefinitionTest : public testing::Test {
 protected:
  FundDefinitionTest() {
    composition_.code = "510050";
    composition_.trading_day = 20250402;
    composition_.creation_unit = 1000;
    composition_.nav = money("1.00005");
    composition_.nav_per_unit = money("1000");
  }

  IndexDefinition build() {
    ReferencePrices references(std::span(&tracked_, 1));
    return fund_definition(composition_, settings_, kFile, references, &tracked_, faults_);
  }
  std::string fault() {
    build();
    return std::string(faults_.status().message());
  }
  // "priced", or the amount in cash, of a fund that holds `component` beside a priced one.
  std::string becomes(const Component& component) {
    composition_.components = {named("600000", Substitution::none), component};
    composition_.nav_per_unit = money("1000000");  // the gate is not what is looked at
    faults_ = {};
    const IndexDefinition fund = build();
    if (fund.members.size() == 2) return "priced";
    if (fund.fund->cash_components.empty()) return "left out";
    return format_trimmed(fund.fund->cash_components[0].amount.raw, Money::kDecimals);
  }
  static Component named(const char* code, Substitution substitution) {
    return component(code, sse, substitution);
  }

  IndexDefinition tracked_ = known();
  Composition composition_;
  FundSettings settings_;
  FaultList faults_;
};

TEST_F(FundDefinitionTest, ShanghaiPricesFlagsZeroAndOneOnExchanges) {
  for (const Substitution flag : {Substitution::none, Substitution::allowed}) {
    EXPECT_EQ(becomes(component("000001", szse, flag)), "priced");
    EXPECT_EQ(becomes(component("00700", hkex, flag)), "priced");
    EXPECT_EQ(becomes(component("123456", interbank, flag)), "777");
    EXPECT_EQ(becomes(component("AAPL", other, flag)), "777");
  }
  EXPECT_EQ(becomes(component("000001", szse, Substitution::mandatory)), "777");
  EXPECT_EQ(becomes(component("00700", hkex, Substitution::mandatory)), "777");
  EXPECT_EQ(becomes(component("430047", bse, Substitution::mandatory)), "777");
}

TEST_F(FundDefinitionTest, ShenzhenPricesFlagsZeroAndOneEverywhere) {
  composition_.venue = feed::Venue::szse;
  for (const Substitution flag : {Substitution::none, Substitution::allowed}) {
    EXPECT_EQ(becomes(component("000001", szse, flag)), "priced");
    EXPECT_EQ(becomes(component("00700", hkex, flag)), "priced");
  }
  EXPECT_EQ(becomes(component("000001", szse, Substitution::mandatory)), "777");
  settings_.cash_side = CashSide::redemption;
  EXPECT_EQ(becomes(component("00700", hkex, Substitution::mandatory)), "555");
}

// Its amount stands for components that are listed and counted already.
TEST_F(FundDefinitionTest, ThePseudoComponentIsNeverAdded) {
  composition_.venue = feed::Venue::szse;
  EXPECT_EQ(becomes(component("159900", szse, Substitution::mandatory)), "left out");
  composition_.venue = feed::Venue::sse;
  EXPECT_EQ(becomes(component("159900", szse, Substitution::mandatory)), "777")
      << "Shanghai's files know no such thing";
}

TEST_F(FundDefinitionTest, WhatIsNotHeldIsNotThere) {
  Component none = component("000001", szse, Substitution::allowed);
  none.quantity = IndexShares{};
  EXPECT_EQ(becomes(none), "left out");
  none.substitution = Substitution::mandatory;
  none.creation_cash.reset();
  EXPECT_EQ(becomes(none), "0") << "an empty component needs no amount";
}

TEST_F(FundDefinitionTest, WhatNoFeedPricesIsRefusedOrHeld) {
  const Component beijing = component("430047", bse, Substitution::allowed);
  composition_.components = {beijing};
  EXPECT_EQ(fault(),
            "pcf.xml:7:unfed: 430047.BJ: listed where no feed looks; see the setting "
            "`unfed`");
  settings_.unfed = UnfedRule::reference;
  faults_ = {};
  EXPECT_EQ(fault(), "pcf.xml:7:reference_price: 430047.BJ: in no closes file, or not in CNY");
}

TEST_F(FundDefinitionTest, IsWorthPricesAndCashOverTheUnit) {
  composition_.estimated_cash = money("-3.5");
  composition_.components = {component("600000", sse, Substitution::none),
                             component("600001", sse, Substitution::mandatory)};
  composition_.components[0].quantity = shares("22.25");
  const IndexDefinition fund = build();
  ASSERT_TRUE(faults_.empty()) << faults_.status();
  // (22.25 x 10 + 777 - 3.5) / 1000
  EXPECT_EQ(format_decimal(level_of(base_value(fund), fund.divisor, 4).raw, 4), "0.9960");
  EXPECT_EQ(fund.code, "510050");
  EXPECT_EQ(fund.name, "510050") << "Shanghai's files have no name";
  EXPECT_EQ(fund.decimals, 4);
  EXPECT_EQ(fund.previous_close, Level{10'001}) << "1.00005, half up";
  EXPECT_EQ(fund.provenance, "composition file pcf.xml");
  EXPECT_EQ(fund.fund->venue, 0);
  EXPECT_EQ(fund.fund->creation_unit, 1000);
  EXPECT_TRUE(fund.fx_series.empty()) << "it holds nothing foreign";
}

TEST_F(FundDefinitionTest, TakesTheRateSeriesOfTheIndexThatItTracks) {
  composition_.components = {component("00700", hkex, Substitution::allowed)};
  composition_.nav_per_unit = money("923.10");
  const IndexDefinition fund = build();
  ASSERT_TRUE(faults_.empty()) << faults_.status();
  EXPECT_EQ(fund.fx_series.at("HKD"), "HKDCNY");
  EXPECT_EQ(fund.close_fx.at("HKD"), indexcast::test::rate("0.92310"));
}

TEST_F(FundDefinitionTest, HasTheGateAtTheRateOfTheCloseAndStartsAtTheDays) {
  tracked_.day_fx = {{"HKD", indexcast::test::rate("0.93")}};
  composition_.components = {component("00700", hkex, Substitution::allowed)};
  composition_.nav_per_unit = money("923.10");
  const IndexDefinition fund = build();
  ASSERT_TRUE(faults_.empty()) << faults_.status();
  EXPECT_EQ(close_rate(fund, "HKD"), indexcast::test::rate("0.92310"));
  EXPECT_EQ(day_rate(fund, "HKD"), indexcast::test::rate("0.93"));
  EXPECT_EQ(base_value(fund), Int128{92'310} * pow10(kSumDecimals - 2));
}

TEST_F(FundDefinitionTest, DividendIsOutOfTheGate) {
  composition_.components = {component("600000", sse, Substitution::none)};
  composition_.nav_per_unit = money("1100");
  composition_.dividend_per_unit = money("100");
  build();
  EXPECT_TRUE(faults_.empty()) << faults_.status();
}

TEST_F(FundDefinitionTest, FaultsNameComponentAndLine) {
  composition_.components = {component("600009", sse, Substitution::none),
                             component("600000", sse, Substitution::allowed),
                             component("600010", sse, Substitution::mandatory)};
  composition_.components[1].quantity.reset();
  composition_.components[2].creation_cash.reset();
  EXPECT_EQ(fault(),
            "pcf.xml:7:reference_price: 600009.SH: in no definition and no closes file\n"
            "pcf.xml:7:quantity: 600000.SH: missing\n"
            "pcf.xml:7:substitution cash: 600010.SH: missing");
}

TEST_F(FundDefinitionTest, TheGateSaysByHowMuch) {
  composition_.components = {component("600000", sse, Substitution::none)};
  composition_.nav_per_unit = money("990");
  EXPECT_EQ(
      fault(),
      "pcf.xml:1:NAVperCU: a creation unit is worth 1000.00 at reference prices, 1.01 % above "
      "its NAV less dividend of 990.00; 0.5 % is allowed");
}

}  // namespace
}  // namespace indexcast::server
