#include "calc/basket/ex_price.h"

#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast {
namespace {

constexpr ExPriceRule kFen{TickSize{10'000}, true};
constexpr ExPriceRule kHongKong{TickSize{1'000}, false};

Fraction fraction(const char* text) { return parse_fraction(text).value(); }

CalculationShares shares(const char* text) { return parse_fixed<CalculationShares>(text).value(); }

struct Case {
  const char* name;
  const char* close;
  ExTerms terms;
  ExPriceRule rule;
  const char* reference;
  const char* base;
};

class ExPrice : public testing::TestWithParam<Case> {};

TEST_P(ExPrice, OfTheExchangeAndOfTheDivisor) {
  const auto prices = ex_prices(test::price(GetParam().close), GetParam().terms, GetParam().rule);
  ASSERT_TRUE(prices);
  EXPECT_EQ(format_trimmed(prices->reference.raw, 6), GetParam().reference);
  EXPECT_EQ(format_trimmed(prices->base.raw, 6), GetParam().base);
}

INSTANTIATE_TEST_SUITE_P(
    Methodology3, ExPrice,
    testing::Values(
        Case{"G3Bonus", "17.35", {.bonus = fraction("5/10")}, kFen, "11.57", "11.57"},
        Case{"G4BonusAndCash",
             "17.35",
             {.cash = fraction("0.30"), .bonus = fraction("5/10")},
             kFen,
             "11.37",
             "11.57"},
        Case{"CashAloneLeavesTheBasePrice",
             "17.35",
             {.cash = fraction("0.1234")},
             kFen,
             "17.23",
             "17.35"},
        // (10 - 0.5 + 0.3 x 6) / (1 + 0.2 + 0.3) = 7.5333...
        Case{"BonusRightsAndCash",
             "10",
             {.cash = fraction("0.5"),
              .bonus = fraction("0.2"),
              .rights = fraction("3/10"),
              .rights_price = test::price("6")},
             kFen,
             "7.53",
             "7.863333"},
        Case{"Split", "500", {.split = fraction("5")}, kFen, "100", "100"},
        Case{"Consolidation", "0.12", {.split = fraction("1/10")}, kHongKong, "1.2", "1.2"},
        // (5.91 - 0.1) / (4/3) = 4.3575 to three decimals; 5.91 / (4/3) to six.
        Case{"NotPublishedRoundsTheReferenceAlone",
             "5.91",
             {.cash = fraction("0.1"), .bonus = fraction("1/3")},
             kHongKong,
             "4.358",
             "4.4325"},
        Case{"CashToThreeDecimals",
             "5.91",
             {.cash = fraction("0.12345")},
             kHongKong,
             "5.787",
             "5.91"},
        Case{"Published",
             "5.91",
             {.cash = fraction("0.1"), .bonus = fraction("1/3"), .published = test::price("4.36")},
             kHongKong,
             "4.36",
             "4.435"},
        Case{"HalfATickGoesUp", "0.01", {.split = fraction("2/1")}, kFen, "0.01", "0.01"}),
    [](const auto& each) { return each.param.name; });

TEST(ExPrice, SharesAfter) {
  EXPECT_EQ(shares_after(shares("4000000"), {.bonus = fraction("5/10")}), shares("6000000"));
  EXPECT_EQ(shares_after(shares("100"), {.bonus = fraction("0.2"), .rights = fraction("0.3")}),
            shares("150"));
  EXPECT_EQ(shares_after(shares("100"), {.split = fraction("1/3")}), shares("33.333333"));
  EXPECT_EQ(shares_after(shares("100"), {.cash = fraction("1")}), shares("100"));
}

TEST(ExPrice, WhatLeavesNoPriceOrNoSharesIsImpossible) {
  EXPECT_FALSE(ex_prices(test::price("1"), {.cash = fraction("1")}, kFen));
  EXPECT_FALSE(ex_prices(test::price("1"), {.cash = fraction("2")}, kHongKong));
  EXPECT_FALSE(ex_prices(test::price("1"), {.split = fraction("1000")}, kFen));
  EXPECT_FALSE(ex_prices(test::price("1"), {.split = fraction("0")}, kFen));
  EXPECT_FALSE(shares_after(shares("0.000001"), {.split = fraction("1/3")}));
}

}  // namespace
}  // namespace indexcast
