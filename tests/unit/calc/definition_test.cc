#include "calc/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast {
namespace {

using testing::HasSubstr;

// METHODOLOGY 10, G2: Cap = 227,070,440.768 and D = 227,070.440768 at level 1000.
TEST(Definition, GoldenCapitalisationAndDivisor) {
  const IndexDefinition basket = test::golden_basket();
  EXPECT_EQ(format_trimmed(base_capitalisation(basket), kSumDecimals), "227070440.768");
  EXPECT_EQ(format_trimmed(basket.divisor.raw, Divisor::kDecimals), "227070.440768");
  EXPECT_TRUE(check_definition(basket).empty());
}

// METHODOLOGY 10, G3: a 10-for-5 bonus on the second member; the exchange rounds 11.5666...
// to 11.57.
TEST(Definition, GoldenBonusMovesTheDivisor) {
  IndexDefinition basket = test::golden_basket();
  basket.members[1].shares = test::shares("4386000");  // 6,000,000 x 0.731
  basket.members[1].base_price = test::price("11.57");
  const Level unadjusted = level_of(base_capitalisation(basket), basket.divisor, 4);
  EXPECT_EQ(format_decimal(unadjusted.raw, 4), "1000.0644");
  basket.divisor = divisor_for(base_capitalisation(basket), basket.previous_close, 4);
  EXPECT_EQ(format_trimmed(basket.divisor.raw, Divisor::kDecimals), "227085.060768");
  EXPECT_TRUE(check_definition(basket).empty());
}

// METHODOLOGY 10, G4: the same with 0.30 cash; the level at reference prices falls by the dividend.
TEST(Definition, GoldenBonusWithCashLeavesTheDividendInTheLevel) {
  IndexDefinition basket = test::golden_basket();
  basket.members[1].shares = test::shares("4386000");
  basket.members[1].base_price = test::price("11.57");
  basket.divisor = divisor_for(base_capitalisation(basket), basket.previous_close, 4);
  basket.members[1].base_price = test::price("11.37");
  EXPECT_EQ(format_decimal(level_of(base_capitalisation(basket), basket.divisor, 4).raw, 4),
            "996.1371");
}

struct FaultCase {
  const char* name;
  void (*spoil)(IndexDefinition&);
  const char* key;
  const char* what;
};

class DefinitionFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(DefinitionFaults, AreNamed) {
  IndexDefinition basket = test::golden_basket();
  GetParam().spoil(basket);
  const auto faults = check_definition(basket);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].key, GetParam().key);
  EXPECT_THAT(faults[0].what, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    All, DefinitionFaults,
    testing::Values(
        FaultCase{"duplicate",
                  [](IndexDefinition& d) { d.members[1].security = test::security("A.SH", 1); },
                  "symbol", "twice"},
        FaultCase{"no_shares", [](IndexDefinition& d) { d.members[0].shares = {}; }, "shares",
                  "positive"},
        FaultCase{"no_base_price", [](IndexDefinition& d) { d.members[0].base_price = {}; },
                  "base_price", "positive"},
        FaultCase{
            "unknown_currency",
            [](IndexDefinition& d) { d.members[2].security = test::security("C.HK", 2, "USD"); },
            "currency", "close_fx"},
        FaultCase{"no_series", [](IndexDefinition& d) { d.fx_series.clear(); }, "currency",
                  "fx_series"},
        FaultCase{
            "unknown_venue",
            [](IndexDefinition& d) { d.members[0].security = test::security("A.SH", kNoMarket); },
            "symbol", "venue"},
        FaultCase{"gate", [](IndexDefinition& d) { d.previous_close = Level{10'000'001}; },
                  "divisor", "1000.0001"},
        FaultCase{"range",
                  [](IndexDefinition& d) {
                    d.members[0].shares = {std::int64_t{1} << 62};
                    d.members[0].base_price = test::price("1000000");
                  },
                  "shares", "range"},
        FaultCase{"no_members", [](IndexDefinition& d) { d.members.clear(); }, "members",
                  "at least one"},
        FaultCase{"absorbed_and_followed", [](IndexDefinition& d) { d.fx_in_divisor = true; },
                  "fx_series", "follows no series"},
        FaultCase{"nothing_to_absorb",
                  [](IndexDefinition& d) {
                    d.fx_series.clear();
                    d.close_fx.clear();
                    d.members.pop_back();
                    d.divisor = divisor_for(base_capitalisation(d), d.previous_close, d.decimals);
                    d.fx_in_divisor = true;
                  },
                  "fx_in_divisor", "no rate"},
        FaultCase{"absorbed_own_currency",
                  [](IndexDefinition& d) {
                    d = test::fixed_rate_basket();
                    d.close_fx["CNY"] = kFxOne;
                  },
                  "close_fx", "own currency"},
        FaultCase{"absorbed_in_a_fund",
                  [](IndexDefinition& d) {
                    d = test::golden_fund();
                    d.fx_series.clear();
                    d.fx_in_divisor = true;
                  },
                  "fx_in_divisor", "fund"},
        FaultCase{"no_date", [](IndexDefinition& d) { d.effective_date = 0; }, "effective_date",
                  "missing"}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace indexcast
