#include "calc/basket/action_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/rolls.h"

namespace indexcast {
namespace {

using test::action;
using test::find;
using test::rolled;
using test::skipped;
using test::text;
using testing::HasSubstr;

TEST(Season, OnlyTheDayAndTheMembersCount) {
  RollInput input = test::golden_roll();
  input.actions = {
      action(ActionKind::dividend, "A.SH", "0.1"), action(ActionKind::dividend, "A.SH", "0.3"),
      action(ActionKind::dividend, "Z.SH", "1"), action(ActionKind::dividend, "A.SH", "0.3"),
      action(ActionKind::bonus, "B.SZ", "0.5")};
  input.actions[0].date = 20250402;
  input.actions[4].date = 20250530;
  const Roll roll = rolled(input);
  EXPECT_EQ(roll.applied_actions, 1u);
  EXPECT_EQ(roll.skipped_actions, (SkipCounts{1, 1, 1, 1, 0, 0}));
  EXPECT_EQ(find(roll, "A.SH").reference_price, test::price("150.90"));
  EXPECT_EQ(find(roll, "B.SZ").calculation_shares.raw, 4'000'000'000'000);
}

TEST(Season, SeveralPaymentsOfOneDayAddUp) {
  RollInput input = test::golden_roll();
  input.actions = {
      action(ActionKind::dividend, "B.SZ", "0.20"), action(ActionKind::bonus, "B.SZ", "2/10"),
      action(ActionKind::dividend, "B.SZ", "0.10"), action(ActionKind::bonus, "B.SZ", "3/10")};
  const Roll roll = rolled(input);
  ASSERT_EQ(roll.steps.size(), 1u);
  EXPECT_EQ(find(roll, "B.SZ").reference_price, test::price("11.37"));
  EXPECT_EQ(text(roll.tomorrow.divisor), "227085.060768");
}

TEST(Season, CashInAnotherCurrencyIsConvertedAtTheRatesOfTheRoll) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::dividend, "C.HK", "0.09231")};
  input.actions[0].currency = "CNY";
  EXPECT_EQ(find(rolled(input), "C.HK").reference_price, test::price("5.81"));
  input.actions[0].currency = "USD";
  const auto faults = roll(input).faults;
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].key, "action.currency");
  EXPECT_THAT(faults[0].what, HasSubstr("C.HK: no rate of USD: state the cash in HKD"));
}

TEST(Season, WhatGoesExOnALeaverIsNotOfTheBasket) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::leave, "B.SZ"), action(ActionKind::dividend, "B.SZ", "1")};
  EXPECT_EQ(skipped(rolled(input), SkipReason::no_member), 1u);
}

TEST(Season, PaymentsThatMayBeOneAreRefused) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::dividend, "B.SZ", "0.092"),
                   action(ActionKind::dividend, "B.SZ", "0.0916667")};
  input.actions[1].line = 6;
  auto faults = roll(input).faults;
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].line, 6);
  EXPECT_EQ(faults[0].key, "action.kind");
  EXPECT_THAT(faults[0].what, HasSubstr("of line 5: one payment or two?"));
  input.actions[1].amount = input.actions[0].amount;
  input.actions[1].label = "special";
  faults = roll(input).faults;
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(faults[0].what, HasSubstr("one payment or two?"));
}

TEST(Season, AFaultNamesItsFile) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::leave, "E.SZ"), action(ActionKind::leave, "F.SZ")};
  input.actions[1].file = 1;
  const auto faults = roll(input).faults;
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_EQ(faults[0].actions_file, 0);
  EXPECT_EQ(faults[1].actions_file, 1);
}

}  // namespace
}  // namespace indexcast
