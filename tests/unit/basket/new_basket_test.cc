#include "calc/basket/new_basket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/baskets.h"

namespace indexcast {
namespace {

using testing::HasSubstr;

Weight percent(const char* text) { return {parse_decimal64(text, 8).value()}; }

NewMember member(const char* symbol, MarketId market, const char* currency, const char* close) {
  NewMember each;
  each.member = test::member(symbol, market, currency, close, "0");
  return each;
}

NewBasketInput head() {
  NewBasketInput input;
  input.head = test::golden_basket();
  input.head.members.clear();
  input.head.divisor = {};
  return input;
}

NewBasketInput by_weights() {
  NewBasketInput input = head();
  input.capitalisation = Int128{64'000'000'000};  // 64,000
  input.members = {member("A.SH", 0, "CNY", "150.00"), member("C.HK", 2, "HKD", "7.00")};
  input.members[0].target = percent("40.00");
  input.members[1].target = percent("24.00");
  return input;
}

// The golden basket of METHODOLOGY 10, G2, from total shares whose floats give its share counts.
NewBasketInput by_shares() {
  NewBasketInput input = head();
  input.members = {member("A.SH", 0, "CNY", "151.20"), member("B.SZ", 1, "CNY", "17.35"),
                   member("C.HK", 2, "HKD", "5.91")};
  input.members[0].member.calculation_shares = {1'000'000'000'000};
  input.members[1].member.calculation_shares = {2'924'000'000'000};
  input.members[2].member.calculation_shares = {4'608'000'000'000};
  return input;
}

TEST(NewBasket, WeightsBecomeWholeShares) {
  const NewBasketResult result = new_basket(by_weights());
  ASSERT_TRUE(result.faults.empty()) << result.faults[0].what;
  const auto& members = result.basket.definition.members;
  // 40 of 64 percent of 64,000 over 150.00; 24,000 over 7.00 x 0.92310 = 3714.17...
  EXPECT_EQ(format_trimmed(members[0].shares.raw, 6), "267");
  EXPECT_EQ(format_trimmed(members[1].shares.raw, 6), "3714");
  EXPECT_EQ(members[1].base_price, test::price("7.00"));
  EXPECT_EQ(result.basket.sum_of_targets, percent("64"));
  EXPECT_EQ(result.basket.targets[0], percent("62.5"));
  // 267 x 150 of 64,048.7538
  EXPECT_EQ(result.basket.weights[0], percent("62.53049064"));
  EXPECT_TRUE(check_definition(result.basket.definition).empty());
}

TEST(NewBasket, GoldenBasketFromShares) {
  const NewBasketResult result = new_basket(by_shares());
  ASSERT_TRUE(result.faults.empty()) << result.faults[0].what;
  EXPECT_EQ(format_trimmed(result.basket.definition.divisor.raw, 16), "227070.440768");
  EXPECT_EQ(result.basket.targets, result.basket.weights);
}

TEST(NewBasket, CapsBecomeFactors) {
  NewBasketInput input = by_shares();
  for (NewMember& each : input.members) each.cap = percent("40");
  const NewBasketResult result = new_basket(input);
  ASSERT_TRUE(result.faults.empty()) << result.faults[0].what;
  EXPECT_EQ(result.basket.weights[0], percent("40"));
  EXPECT_LT(result.basket.definition.members[0].cap_factor, kUncapped);
  // 50,731,400 and 25,139,040.768 share 60 %, which the first may not have two thirds of.
  EXPECT_EQ(result.basket.weights[1], percent("40"));
  EXPECT_EQ(result.basket.weights[2], percent("20"));
  EXPECT_EQ(result.basket.capping_rounds, 2);
}

TEST(NewBasket, CapsThatCannotBeMetAreRefused) {
  NewBasketInput input = by_shares();
  for (NewMember& each : input.members) each.cap = percent("33");
  const NewBasketResult result = new_basket(input);
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_EQ(result.faults[0].key, "cap_percent");
  EXPECT_THAT(result.faults[0].what, HasSubstr("sum to 99 %"));
}

TEST(NewBasket, EveryFaultIsNamed) {
  NewBasketInput input = by_weights();
  input.head.previous_close = {};
  input.members[0].member.close = {};
  input.members[1].target = {};
  input.members[1].member.security = test::security("C.HK", 2, "USD");
  std::vector<std::string> keys;
  for (const DefinitionFault& fault : new_basket(input).faults) keys.push_back(fault.key);
  EXPECT_THAT(keys,
              testing::UnorderedElementsAre("base_level", "close", "weight_percent", "currency"));
}

TEST(NewBasket, ACapitalisationThatMakesNoShareIsRefused) {
  NewBasketInput input = by_weights();
  input.capitalisation = Int128{10'000'000};
  const NewBasketResult result = new_basket(input);
  ASSERT_EQ(result.faults.size(), 1u);
  EXPECT_THAT(result.faults[0].what, HasSubstr("A.SH: makes no number of shares"));
}

}  // namespace
}  // namespace indexcast
