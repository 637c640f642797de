#include "calc/basket/cap_factors.h"

#include <gtest/gtest.h>

namespace indexcast {
namespace {

Weight percent(std::int64_t value) { return {value * 100'000'000}; }

// 50, 30, 20 with a cap of 40 %: the first is cut to 40 %, and the others share 60 %, 3 to 2.
TEST(CapFactors, OneNameAboveItsCap) {
  const CappedName names[] = {{50, percent(40)}, {30, percent(40)}, {20, percent(40)}};
  const CapFactors caps = cap_factors(names);
  ASSERT_EQ(caps.factors.size(), 3u);
  // 0.4 x 50 / (0.6 x 50)
  EXPECT_EQ(caps.factors[0].raw, 6'666'666'666'666'667);
  EXPECT_EQ(caps.factors[1], kUncapped);
  EXPECT_EQ(caps.factors[2], kUncapped);
  EXPECT_EQ(caps.weights[0], percent(40));
  EXPECT_EQ(caps.weights[1], percent(36));
  EXPECT_EQ(caps.weights[2], percent(24));
  EXPECT_EQ(caps.rounds, 1);
}

// What the first gives up lifts the second above its cap, and what that gives up the third.
TEST(CapFactors, IteratesUntilNoNameExceedsItsOwnCap) {
  const CappedName names[] = {{600, percent(40)}, {250, percent(30)}, {120, percent(23)}, {30}};
  const CapFactors caps = cap_factors(names);
  EXPECT_EQ(caps.rounds, 3);
  EXPECT_EQ(caps.weights[0], percent(40));
  EXPECT_EQ(caps.weights[1], percent(30));
  EXPECT_EQ(caps.weights[2], percent(23));
  EXPECT_EQ(caps.weights[3], percent(7));
  EXPECT_EQ(caps.factors[3], kUncapped);
}

TEST(CapFactors, ANameThatWeighsExactlyItsCapIsNotTouched) {
  const CappedName names[] = {{40, percent(40)}, {60, percent(60)}};
  EXPECT_EQ(cap_factors(names).rounds, 0);
  EXPECT_EQ(cap_factors(names).factors[0], kUncapped);
}

TEST(CapFactors, CapsThatCannotHoldAllAreNotMet) {
  const CappedName names[] = {{50, percent(30)}, {30, percent(30)}, {20, percent(39)}};
  const CapFactors caps = cap_factors(names);
  EXPECT_TRUE(caps.factors.empty());
  EXPECT_EQ(caps.sum_of_caps, percent(99));
}

TEST(CapFactors, CapsThatHoldExactlyAllAreMet) {
  const CappedName names[] = {{90, percent(50)}, {9, percent(30)}, {1, percent(20)}};
  const CapFactors caps = cap_factors(names);
  ASSERT_EQ(caps.weights.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(caps.weights[i], names[i].cap) << i;
}

TEST(CapFactors, CapitalisationsUpToTheRangeOfTheAccumulator) {
  const Int128 large = kInt128Max / 3;
  const CappedName names[] = {{large, percent(50)}, {large / 10, percent(100)}};
  const CapFactors caps = cap_factors(names);
  EXPECT_EQ(caps.weights[0], percent(50));
  EXPECT_EQ(caps.factors[0].raw, 1'000'000'000'000'000);
}

}  // namespace
}  // namespace indexcast
