#include "calc/basket/float_band.h"

#include <gtest/gtest.h>

#include "calc/decimal.h"

namespace indexcast {
namespace {

CalculationShares shares(const char* text) { return parse_fixed<CalculationShares>(text).value(); }

// METHODOLOGY 10, G1: free shares of 100,000 and their band in percent.
TEST(FloatBand, GoldenBands) {
  constexpr struct {
    std::int64_t free;
    int percent;
  } kCases[] = {{1, 1},      {4900, 5},   {5000, 5},   {14999, 15}, {15000, 15},  {15001, 20},
                {20000, 20}, {20001, 30}, {35000, 40}, {80000, 80}, {80001, 100}, {100000, 100}};
  for (const auto& each : kCases)
    EXPECT_EQ(float_band_percent(each.free, 100'000), each.percent) << each.free;
}

TEST(FloatBand, AnExactMultipleOfALargeCompanyStaysWhereItIs) {
  // 0.15 is no binary fraction: in doubles 15 % of this many would pass its own band.
  constexpr std::int64_t kTotal = 356'406'257'089'000'000;
  EXPECT_EQ(float_band_percent(kTotal / 100 * 15, kTotal), 15);
  EXPECT_EQ(float_band_percent(kTotal / 100 * 15 + 1, kTotal), 20);
}

TEST(FloatBand, CalculationSharesAreTheTotalTimesItsBand) {
  EXPECT_EQ(float_adjusted(shares("15001"), shares("100000")), shares("20000"));
  EXPECT_EQ(float_adjusted(shares("81"), shares("100")), shares("100"));
  EXPECT_EQ(float_adjusted(shares("0.000001"), shares("0.000050")), shares("0.000001"));
}

TEST(FloatBand, NoFreeSharesOrMoreThanAllAreRefused) {
  EXPECT_FALSE(float_adjusted(shares("0"), shares("100")));
  EXPECT_FALSE(float_adjusted(shares("101"), shares("100")));
}

}  // namespace
}  // namespace indexcast
