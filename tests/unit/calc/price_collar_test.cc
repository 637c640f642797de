#include "calc/price_collar.h"

#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast {
namespace {

using test::price;

constexpr bool kOpened = true;

TEST(PriceCollar, TakesItsEdgeAndNothingBeyond) {
  const PriceCollar collar{.width_bp = 2500};
  const Price centre = price("10.00");
  EXPECT_EQ(collar.judge(price("12.50"), centre, kOpened), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("12.500001"), centre, kOpened), CollarVerdict::outside_collar);
  EXPECT_EQ(collar.judge(price("7.50"), centre, kOpened), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("7.499999"), centre, kOpened), CollarVerdict::outside_collar);
}

// METHODOLOGY 4: above 1 + 3c and below 1 / (1 + 3c).
TEST(PriceCollar, BeyondThreeWidthsIsFar) {
  const PriceCollar collar{.width_bp = 2500};
  const Price centre = price("10.00");
  EXPECT_EQ(collar.judge(price("17.50"), centre, kOpened), CollarVerdict::outside_collar);
  EXPECT_EQ(collar.judge(price("17.500001"), centre, kOpened), CollarVerdict::far);
  EXPECT_EQ(collar.judge(price("5.714286"), centre, kOpened), CollarVerdict::outside_collar);
  EXPECT_EQ(collar.judge(price("5.714285"), centre, kOpened), CollarVerdict::far);
  const PriceCollar wide{.width_bp = 5000};
  EXPECT_EQ(wide.judge(price("25"), centre, kOpened), CollarVerdict::outside_collar);
  EXPECT_EQ(wide.judge(price("4"), centre, kOpened), CollarVerdict::outside_collar);
  EXPECT_EQ(wide.judge(price("25.01"), centre, kOpened), CollarVerdict::far);
  EXPECT_EQ(wide.judge(price("3.99"), centre, kOpened), CollarVerdict::far);
}

TEST(PriceCollar, OfWidthZeroTakesEverything) {
  EXPECT_EQ(PriceCollar{}.judge(price("9000"), price("10"), kOpened), CollarVerdict::inside);
}

TEST(PriceCollar, StandsWithinTheExchangesLimits) {
  PriceCollar collar{.width_bp = 2500};
  EXPECT_FALSE(collar.set_limits(price("6.00"), price("14.00"), price("10")));
  EXPECT_EQ(collar.judge(price("14.00"), price("12"), kOpened), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("6.00"), price("8"), kOpened), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("14.00"), price("10"), kOpened), CollarVerdict::outside_collar);
  EXPECT_EQ(collar.judge(price("14.01"), price("12"), kOpened), CollarVerdict::outside_limits);
  EXPECT_EQ(collar.judge(price("5.99"), price("7"), kOpened), CollarVerdict::outside_limits);
}

TEST(PriceCollar, LimitsThatDoNotEncloseTheDaysBeginningAreNotUsed) {
  PriceCollar collar{.width_bp = 2500};
  EXPECT_TRUE(collar.set_limits(price("60"), price("140"), price("10")));
  EXPECT_EQ(collar.judge(price("11"), price("10"), kOpened), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("100"), price("10"), kOpened), CollarVerdict::far);
  EXPECT_EQ(collar.upper_in_use(), Price{});
  EXPECT_FALSE(collar.set_limits({}, {}, price("10"))) << "none are stated";
  EXPECT_FALSE(collar.set_limits(price("9"), price("11"), price("10")));
  EXPECT_EQ(collar.upper_in_use(), price("11"));
}

TEST(PriceCollar, ALimitOnOneSideLeavesTheOtherOpen) {
  PriceCollar collar;
  EXPECT_FALSE(collar.set_limits(price("6.00"), {}, price("10")));
  EXPECT_EQ(collar.judge(price("100"), price("10"), kOpened), CollarVerdict::inside);
  EXPECT_FALSE(collar.set_limits({}, price("14.00"), price("10")));
  EXPECT_EQ(collar.judge(price("1"), price("10"), kOpened), CollarVerdict::inside);
}

TEST(PriceCollar, ADayWithoutALimitHasOneFromItsFirstPrice) {
  const PriceCollar collar{.width_bp = 2500, .unlimited = true};
  EXPECT_EQ(collar.judge(price("44.00"), price("10"), !kOpened), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("44.00"), price("30"), kOpened), CollarVerdict::outside_collar);
}

TEST(PriceCollar, TheWidthOfTheDearestPriceDoesNotOverflow) {
  const PriceCollar collar{.width_bp = 10'000};
  const Price dearest{std::int64_t{9'000'000'000'000'000'000}};
  EXPECT_EQ(collar.judge(dearest, dearest, kOpened), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(dearest, price("1"), kOpened), CollarVerdict::far);
}

TEST(PriceCollar, AWrongScaleIsWithinFivePercentOfTenTimesOrATenth) {
  const Price centre = price("10");
  for (const char* wrong : {"100", "95", "105", "1", "0.95", "1.05"})
    EXPECT_TRUE(is_scale_error(price(wrong), centre)) << wrong;
  for (const char* possible : {"94.9", "105.1", "0.94", "1.06", "30", "2"})
    EXPECT_FALSE(is_scale_error(price(possible), centre)) << possible;
}

// A Hong Kong penny stock moves by 10 % a step; the exchange's spread table.
TEST(PriceCollar, NearIsTwoPercentOrTwoSteps) {
  EXPECT_TRUE(is_near(price("10.20"), price("10"), price_step(price("10"), true)));
  EXPECT_FALSE(is_near(price("10.21"), price("10"), price_step(price("10"), true)));
  EXPECT_TRUE(is_near(price("0.012"), price("0.010"), price_step(price("0.010"), true)));
  EXPECT_FALSE(is_near(price("0.013"), price("0.010"), price_step(price("0.010"), true)));
  EXPECT_TRUE(is_near(price("0.31"), price("0.30"), price_step(price("0.30"), true)));
  EXPECT_FALSE(is_near(price("0.315"), price("0.30"), price_step(price("0.30"), true)));
  EXPECT_TRUE(is_near(price("0.32"), price("0.30"), price_step(price("0.30"), false)));
}

TEST(OverflowCode, IsSevenNinesOrMoreAndNothingElse) {
  for (const char* code : {"99999.99", "999999.9", "9999999", "999999999.9999", "99999990"})
    EXPECT_TRUE(is_overflow_code(price(code))) << code;
  for (const char* real : {"9.99", "9999.99", "99999.98", "199999.99", "9999909", "0", "1"})
    EXPECT_FALSE(is_overflow_code(price(real))) << real;
}

}  // namespace
}  // namespace indexcast
