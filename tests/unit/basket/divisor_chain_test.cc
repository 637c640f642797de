#include "calc/basket/divisor_chain.h"

#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast {
namespace {

// METHODOLOGY 10, G3: the chained divisor is the one that the base level gives.
TEST(DivisorChain, GoldenBonus) {
  IndexDefinition basket = test::golden_basket();
  const Int128 before = base_capitalisation(basket);
  basket.members[1].shares = test::shares("4386000");
  basket.members[1].base_price = test::price("11.57");
  const auto divisor = chain_divisor(basket.divisor, before, base_capitalisation(basket));
  ASSERT_TRUE(divisor);
  EXPECT_EQ(format_trimmed(divisor->raw, Divisor::kDecimals), "227085.060768");
}

TEST(DivisorChain, SixteenDecimalsHalfUp) {
  const Divisor one{pow10(16)};
  EXPECT_EQ(chain_divisor(one, 3, 1)->raw, 3'333'333'333'333'333);
  EXPECT_EQ(chain_divisor(one, 3, 2)->raw, 6'666'666'666'666'667);
  EXPECT_EQ(chain_divisor(Divisor{1}, 2, 1)->raw, 1);
  EXPECT_EQ(chain_divisor(Divisor{1}, 3, 1)->raw, 0);
}

TEST(DivisorChain, EqualCapitalisationsLeaveTheDivisorAsItIs) {
  const Divisor divisor{pow10(26) + 7};
  EXPECT_EQ(chain_divisor(divisor, kInt128Max, kInt128Max), divisor);
}

TEST(DivisorChain, WhatDoesNotFitIsNone) {
  EXPECT_FALSE(chain_divisor(Divisor{kInt128Max}, 1, 2));
  EXPECT_FALSE(chain_divisor(Divisor{1}, 0, 1));
  EXPECT_FALSE(chain_level(Level{1'000'000'000}, 1, kInt128Max / 2));
}

// METHODOLOGY 2: the chain form equals the divisor form at the gate, and during the day within the
// last digit.
TEST(DivisorChain, ChainFormEqualsDivisorForm) {
  const IndexDefinition basket = test::golden_basket();
  const Int128 cap = base_capitalisation(basket);
  EXPECT_EQ(chain_level(basket.previous_close, cap, cap), basket.previous_close);
  EXPECT_EQ(chain_level(basket.previous_close, cap, cap + cap / 7),
            level_of(cap + cap / 7, basket.divisor, 4));
}

}  // namespace
}  // namespace indexcast
