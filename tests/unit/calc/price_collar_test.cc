#include "calc/price_collar.h"

#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast {
namespace {

using test::price;

TEST(PriceCollar, TakesItsEdgeAndNothingBeyond) {
  const PriceCollar collar{.width_bp = 2500};
  const Price centre = price("10.00");
  EXPECT_EQ(collar.judge(price("12.50"), centre), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("12.500001"), centre), CollarVerdict::outside_collar);
  EXPECT_EQ(collar.judge(price("7.50"), centre), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("7.499999"), centre), CollarVerdict::outside_collar);
}

TEST(PriceCollar, OfWidthZeroTakesEverything) {
  EXPECT_EQ(PriceCollar{}.judge(price("9000"), price("10")), CollarVerdict::inside);
}

TEST(PriceCollar, TheExchangesLimitsTakeItsPlace) {
  const PriceCollar collar{
      .width_bp = 2500, .lower_limit = price("6.00"), .upper_limit = price("14.00")};
  EXPECT_EQ(collar.judge(price("14.00"), price("10")), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("6.00"), price("10")), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(price("14.01"), price("10")), CollarVerdict::outside_limits);
  EXPECT_EQ(collar.judge(price("5.99"), price("10")), CollarVerdict::outside_limits);
}

TEST(PriceCollar, ALimitOnOneSideLeavesTheOtherOpen) {
  const PriceCollar no_upper{.width_bp = 2500, .lower_limit = price("6.00")};
  EXPECT_EQ(no_upper.judge(price("100"), price("10")), CollarVerdict::inside);
  const PriceCollar no_lower{.width_bp = 2500, .upper_limit = price("14.00")};
  EXPECT_EQ(no_lower.judge(price("1"), price("10")), CollarVerdict::inside);
}

TEST(PriceCollar, ADayWithoutALimitHasNone) {
  const PriceCollar collar{.width_bp = 2500, .upper_limit = price("14.00"), .unlimited = true};
  EXPECT_EQ(collar.judge(price("44.00"), price("10")), CollarVerdict::inside);
}

TEST(PriceCollar, TheWidthOfTheDearestPriceDoesNotOverflow) {
  const PriceCollar collar{.width_bp = 10'000};
  const Price dearest{std::int64_t{9'000'000'000'000'000'000}};
  EXPECT_EQ(collar.judge(dearest, dearest), CollarVerdict::inside);
  EXPECT_EQ(collar.judge(dearest, price("1")), CollarVerdict::outside_collar);
}

TEST(OverflowCode, IsSevenNinesOrMoreAndNothingElse) {
  for (const char* code : {"99999.99", "999999.9", "9999999", "999999999.9999", "99999990"})
    EXPECT_TRUE(is_overflow_code(price(code))) << code;
  for (const char* real : {"9.99", "9999.99", "99999.98", "199999.99", "9999909", "0", "1"})
    EXPECT_FALSE(is_overflow_code(price(real))) << real;
}

}  // namespace
}  // namespace indexcast
