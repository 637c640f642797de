#include "calc/level_divider.h"

#include <gtest/gtest.h>

#include <random>

#include "calc/definition.h"

namespace indexcast {
namespace {

Int128 random_below(std::mt19937_64& random, Int128 limit) {
  const Int128 wide = (static_cast<Int128>(random() >> 1) << 64) | static_cast<Int128>(random());
  return wide % limit;
}

TEST(LevelDivider, EqualsTheNativeDivisionBitForBit) {
  const std::uint64_t seed = 20250402;
  std::printf("seed %lu\n", seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    const int decimals = static_cast<int>(random() % 9);
    const Int128 cap = random_below(random, pow10(29)) + pow10(20);
    const Level level{static_cast<std::int64_t>(random() % 900'000'000 + 1000)};
    const Divisor divisor = divisor_for(cap, level, decimals);
    const LevelDivider divider(divisor, decimals, cap * 1000);
    for (int i = 0; i < 100; ++i) {
      const Int128 sum = random_below(random, cap * (i % 10 == 0 ? 1000 : 3));
      const auto result = divider.divide(sum);
      ASSERT_EQ(result.level, level_of(sum, divisor, decimals))
          << "round " << round << " draw " << i;
      ASSERT_TRUE(result.estimated) << "round " << round << " draw " << i;
    }
  }
}

// Around exact multiples of the divisor the estimate falls on either side of the truth.
TEST(LevelDivider, IsRightOnBothSidesOfEveryMultiple) {
  const std::uint64_t seed = 995366;
  std::printf("seed %lu\n", seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    const Divisor divisor{random_below(random, pow10(26)) + pow10(18)};
    const Int128 multiple = divisor.raw * static_cast<std::int64_t>(random() % 900'000'000 + 1);
    const LevelDivider divider(divisor, 4, multiple * 1000);
    for (const Int128 sum : {multiple - 1, multiple, multiple + 1}) {
      const auto result = divider.divide(sum);
      ASSERT_EQ(result.level, level_of(sum, divisor, 4)) << round;
      ASSERT_TRUE(result.estimated) << round;
    }
  }
}

TEST(LevelDivider, RoundsExactHalvesUp) {
  // Divisor 2 at four decimals: the level's unit is 2e16 / 1e4 of the sum's unit; an odd half
  // rounds up.
  const Divisor divisor{2 * pow10(16)};
  const LevelDivider divider(divisor, 4, pow10(30));
  const Int128 unit = divisor.raw;
  EXPECT_EQ(divider.divide(unit * 7 + unit / 2).level, Level{8});
  EXPECT_EQ(divider.divide(unit * 7 + unit / 2 - 1).level, Level{7});
  EXPECT_EQ(divider.divide(unit * 7).level, Level{7});
  EXPECT_EQ(divider.divide(0).level, Level{0});
}

TEST(LevelDivider, FallsBackToTheNativeDivisionBeyondTheEstimatesRange) {
  const Divisor divisor{1};
  const LevelDivider divider(divisor, 4, pow10(15));
  const Int128 sum = pow10(18) + 7;  // a quotient that double cannot hold
  const auto result = divider.divide(sum);
  EXPECT_EQ(result.level, level_of(sum, divisor, 4));
}

}  // namespace
}  // namespace indexcast
