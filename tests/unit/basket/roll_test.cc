#include "calc/basket/roll.h"

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

// Out all day on 2025-04-02, the day of the closes.
CorporateAction suspension(const std::string& symbol) {
  CorporateAction each = action(ActionKind::suspension, symbol);
  each.date = 20250402;
  return each;
}

TEST(Roll, WithNoActionKeepsTheDivisorAndTakesTheClosesOver) {
  RollInput input = test::golden_roll();
  input.closes[0].price = test::price("152.20");
  const Roll roll = rolled(input);
  EXPECT_TRUE(roll.steps.empty());
  EXPECT_EQ(roll.tomorrow.divisor, input.today.divisor);
  EXPECT_EQ(text(roll.tomorrow.previous_close), "1004.4039");
  EXPECT_EQ(roll.tomorrow.version, input.today.version + 1);
  EXPECT_EQ(roll.tomorrow.effective_date, 20250403u);
  for (const Member& member : roll.tomorrow.members) {
    EXPECT_EQ(member.base_price, member.close);
    EXPECT_EQ(member.reference_price, member.close);
  }
  EXPECT_EQ(find(roll, "A.SH").close, test::price("152.20"));
}

// METHODOLOGY 10, G2 and G3.
TEST(Roll, GoldenBonusMovesTheDivisorAndNotTheLevel) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::bonus, "B.SZ", "5/10")};
  const Roll roll = rolled(input);
  ASSERT_EQ(roll.steps.size(), 1u);
  EXPECT_EQ(format_trimmed(roll.steps[0].cap_before, kSumDecimals), "227070440.768");
  EXPECT_EQ(format_trimmed(roll.steps[0].cap_after, kSumDecimals), "227085060.768");
  EXPECT_EQ(text(roll.steps[0].unadjusted), "1000.0644");
  EXPECT_EQ(text(roll.steps[0].level), "1000.0000");
  EXPECT_EQ(text(roll.tomorrow.divisor), "227085.060768");
  EXPECT_EQ(find(roll, "B.SZ").calculation_shares.raw, 6'000'000'000'000);
  EXPECT_EQ(find(roll, "B.SZ").shares, test::shares("4386000"));
  EXPECT_EQ(find(roll, "B.SZ").close, test::price("17.35"));
  EXPECT_EQ(find(roll, "B.SZ").reference_price, test::price("11.57"));
  EXPECT_EQ(text(roll.reference_level), "1000.0000");
}

// METHODOLOGY 10, G4.
TEST(Roll, GoldenBonusWithCashLeavesTheDividendInTheLevel) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::bonus, "B.SZ", "5/10"),
                   action(ActionKind::dividend, "B.SZ", "0.30")};
  const Roll roll = rolled(input);
  EXPECT_EQ(roll.steps.size(), 1u);
  EXPECT_EQ(find(roll, "B.SZ").reference_price, test::price("11.37"));
  EXPECT_EQ(find(roll, "B.SZ").base_price, test::price("11.57"));
  EXPECT_EQ(text(roll.tomorrow.divisor), "227085.060768");
  EXPECT_EQ(text(roll.gate_level), "1000.0000");
  EXPECT_EQ(text(roll.chain_level), "1000.0000");
  EXPECT_EQ(text(roll.reference_level), "996.1371");
  EXPECT_EQ(text(roll.chain_reference_level), "996.1371");
}

TEST(Roll, CashAloneIsNoDivisorEvent) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::dividend, "A.SH", "1.2345")};
  const Roll roll = rolled(input);
  EXPECT_EQ(roll.tomorrow.divisor, input.today.divisor);
  EXPECT_EQ(find(roll, "A.SH").base_price, test::price("151.20"));
  EXPECT_EQ(find(roll, "A.SH").reference_price, test::price("149.97"));
}

TEST(Roll, HongKongsReferencePriceHasThreeDecimalsAndItsBasePriceSix) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::split, "C.HK", "3")};
  EXPECT_EQ(find(rolled(input), "C.HK").reference_price, test::price("1.97"));
  input.closes[2].price = test::price("5.90");
  EXPECT_EQ(find(rolled(input), "C.HK").reference_price, test::price("1.967"));
  EXPECT_EQ(find(rolled(input), "C.HK").base_price, test::price("1.966667"));
  input.closes[2].tick = test::price("0.05");  // the share's own step does not round it
  EXPECT_EQ(find(rolled(input), "C.HK").reference_price, test::price("1.967"));
  input.actions[0].ex_price = test::price("1.968");
  EXPECT_EQ(find(rolled(input), "C.HK").reference_price, test::price("1.968"));
  EXPECT_EQ(find(rolled(input), "C.HK").base_price, test::price("1.968"));
}

TEST(Roll, ACodesOwnTickRoundsCloseAndReferencePrice) {
  RollInput input = test::golden_roll();
  input.closes[1].price = test::price("17.355");
  EXPECT_EQ(roll(input).faults.size(), 1u);
  input.ticks[1].by_code = {{"A", test::price("0.1")}, {"B", test::price("0.001")}};
  input.actions = {action(ActionKind::dividend, "B.SZ", "0.1234")};
  EXPECT_EQ(find(rolled(input), "B.SZ").reference_price, test::price("17.232"));
}

TEST(Roll, RatesAreNoDivisorEvent) {
  RollInput input = test::golden_roll();
  input.close_fx["HKD"] = test::rate("0.94");
  const Roll roll = rolled(input);
  EXPECT_EQ(roll.tomorrow.divisor, input.today.divisor);
  EXPECT_EQ(roll.tomorrow.close_fx.at("HKD"), test::rate("0.94"));
  EXPECT_GT(roll.tomorrow.previous_close, input.today.previous_close);
}

// The same day in mode realtime: the close was published with the frozen rate, and the next day
// starts at it, unless the command says otherwise.
TEST(Roll, TheRateOfTheCloseIsThatOfTheNextDayToo) {
  RollInput input = test::golden_roll();
  input.today.day_fx["HKD"] = test::rate("0.93");
  input.close_fx["HKD"] = test::rate("0.94");
  const Roll roll = rolled(input);
  EXPECT_EQ(close_rate(roll.tomorrow, "HKD"), test::rate("0.94"));
  EXPECT_EQ(day_rate(roll.tomorrow, "HKD"), test::rate("0.94"));
  EXPECT_TRUE(roll.tomorrow.day_fx.empty());
  EXPECT_EQ(text(roll.closing_level), "1002.0269");  // 27,233,280 HKD x 0.0169 more
  EXPECT_EQ(roll.day_fx_move, 0);
}

// In mode fixed: the close was published with today's day_fx. A new fixed rate moves neither that
// close nor the divisor. It is in the next day's change.
TEST(Roll, AFixedRateClosesAtTodaysDayRateAndChangesInTheMorning) {
  RollInput input = test::golden_roll();
  input.today.day_fx["HKD"] = test::rate("0.93");
  input.day_fx["HKD"] = test::rate("0.92310");
  const Roll roll = rolled(input);
  EXPECT_EQ(close_rate(roll.tomorrow, "HKD"), test::rate("0.93"));
  EXPECT_EQ(day_rate(roll.tomorrow, "HKD"), test::rate("0.92310"));
  EXPECT_TRUE(roll.steps.empty());
  EXPECT_EQ(roll.tomorrow.divisor, input.today.divisor);
  EXPECT_EQ(text(roll.tomorrow.previous_close), "1000.8275");
  EXPECT_EQ(text(roll.gate_level), "1000.8275");
  EXPECT_EQ(text(roll.reference_level), "1000.0000") << "trading starts at day_fx";
  EXPECT_EQ(roll.day_fx_move, -827);  // -8.27 bp: -187,909.632 of 227,258,350.4
}

TEST(Roll, ActionsAreBalancedAtTheRateOfTheClose) {
  RollInput input = test::golden_roll();
  input.actions = {action(ActionKind::bonus, "B.SZ", "5/10")};
  const Divisor divisor = rolled(input).tomorrow.divisor;
  input.day_fx["HKD"] = test::rate("0.93");
  EXPECT_EQ(rolled(input).tomorrow.divisor, divisor);
  EXPECT_EQ(text(rolled(input).gate_level), "1000.0000");
  input.today.day_fx["HKD"] = test::rate("0.93");
  EXPECT_NE(rolled(input).tomorrow.divisor, divisor) << "today's day_fx is the rate of the close";
}

class FxInDivisor : public testing::Test {
 protected:
  FxInDivisor() {
    input_.today.fx_series.clear();
    input_.today.fx_in_divisor = true;
  }
  RollInput input_ = test::golden_roll();
};

// The worked example of calc/METHODOLOGY.md 3.
TEST_F(FxInDivisor, TheDivisorTakesANewRateInAndTheLevelStays) {
  input_.day_fx["HKD"] = test::rate("0.93");
  const Roll roll = rolled(input_);
  ASSERT_EQ(roll.steps.size(), 1u);
  EXPECT_EQ(roll.steps[0].what, "HKD: rate 0.9231 becomes 0.93");
  EXPECT_EQ(format_trimmed(roll.steps[0].cap_before, kSumDecimals), "227070440.768");
  EXPECT_EQ(format_trimmed(roll.steps[0].cap_after, kSumDecimals), "227258350.4");
  EXPECT_EQ(text(roll.steps[0].unadjusted), "1000.8275");
  EXPECT_EQ(text(roll.steps[0].level), "1000.0000");
  EXPECT_EQ(text(roll.tomorrow.divisor), "227258.3504");
  EXPECT_EQ(close_rate(roll.tomorrow, "HKD"), test::rate("0.93"));
  EXPECT_EQ(day_rate(roll.tomorrow, "HKD"), test::rate("0.93"));
  EXPECT_EQ(roll.day_fx_move, 0);
  EXPECT_EQ(text(roll.tomorrow.previous_close), "1000.0000");
  EXPECT_EQ(text(roll.gate_level), "1000.0000");
  EXPECT_EQ(text(roll.chain_level), "1000.0000");
}

TEST_F(FxInDivisor, TheClosingLevelIsThatOfTheRateOfTheDay) {
  input_.closes[0].price = test::price("152.20");
  input_.day_fx["HKD"] = test::rate("0.93");
  const Roll roll = rolled(input_);
  EXPECT_EQ(text(roll.closing_level), "1004.4039");
  EXPECT_EQ(text(roll.gate_level), "1004.4039");
  EXPECT_TRUE(roll.tomorrow.fx_in_divisor);
}

TEST_F(FxInDivisor, WithoutANewRateTheOldOneGoesOn) {
  for (const bool repeated : {false, true}) {
    if (repeated) input_.close_fx = input_.day_fx = {{"HKD", test::rate("0.92310")}};
    const Roll roll = rolled(input_);
    EXPECT_TRUE(roll.steps.empty());
    EXPECT_EQ(roll.tomorrow.divisor, input_.today.divisor);
    EXPECT_EQ(roll.tomorrow.close_fx.at("HKD"), test::rate("0.92310"));
    input_ = test::golden_roll();
    input_.today.fx_series.clear();
    input_.today.fx_in_divisor = true;
  }
}

TEST_F(FxInDivisor, ComesBeforeWhatHappensToMembersAndIsChainedWithIt) {
  input_.day_fx["HKD"] = test::rate("0.93");
  input_.actions = {action(ActionKind::bonus, "B.SZ", "5/10")};
  const Roll roll = rolled(input_);
  ASSERT_EQ(roll.steps.size(), 2u);
  EXPECT_THAT(roll.steps[0].what, HasSubstr("rate"));
  EXPECT_EQ(text(roll.tomorrow.divisor), "227272.9704");  // + 14,620 for the bonus
  EXPECT_EQ(text(roll.gate_level), "1000.0000");
}

TEST_F(FxInDivisor, ARateFarOffOrOfNobodyIsRefused) {
  input_.day_fx = {{"HKD", test::rate("1.08")}, {"USD", test::rate("7.2")}};
  const RollResult result = roll(input_);
  ASSERT_EQ(result.faults.size(), 2u);
  EXPECT_THAT(result.faults[0].what, HasSubstr("further than 10 %"));
  EXPECT_THAT(result.faults[1].what, HasSubstr("USD is no currency"));
}

TEST(Roll, MembersLeaveAndJoinAtTheSameCloses) {
  RollInput input = test::golden_roll();
  CorporateAction join = action(ActionKind::join, "D.SZ");
  join.currency = "CNY";
  join.market = 1;
  join.calculation_shares = {500'000'000'000};
  join.cap_factor = {5'000'000'000'000'000};
  input.actions = {action(ActionKind::leave, "B.SZ"), join,
                   action(ActionKind::dividend, "D.SZ", "1")};
  input.closes.push_back({"D.SZ", test::price("20.00"), {}, 9});
  const Roll roll = rolled(input);
  EXPECT_EQ(roll.tomorrow.members.size(), 3u);
  EXPECT_EQ(find(roll, "D.SZ").shares, test::shares("250000"));
  EXPECT_EQ(find(roll, "D.SZ").reference_price, test::price("19.00"));
  // Cap less 17.35 x 2,924,000, plus 20.00 x 250,000.
  EXPECT_EQ(text(roll.tomorrow.divisor), "181339.040768");
  EXPECT_EQ(roll.foreign_closes, 0u);
}

TEST(Roll, ABasketMayChangeAllItsMembers) {
  RollInput input = test::golden_roll();
  for (const char* symbol : {"A.SH", "B.SZ", "C.HK"})
    input.actions.push_back(action(ActionKind::leave, symbol));
  CorporateAction join = action(ActionKind::join, "D.SZ");
  join.currency = "CNY";
  join.market = 1;
  join.calculation_shares = {500'000'000'000};
  input.actions.push_back(join);
  input.closes.push_back({"D.SZ", test::price("20.00"), {}, 9});
  const Roll roll = rolled(input);
  ASSERT_EQ(roll.tomorrow.members.size(), 1u);
  EXPECT_EQ(text(roll.tomorrow.divisor), "10000");
  EXPECT_EQ(text(roll.gate_level), "1000.0000");
}

TEST(Roll, CountsFloatsAndFactorsChangeAfterWhatGoesEx) {
  RollInput input = test::golden_roll();
  CorporateAction count = action(ActionKind::float_band, "B.SZ");
  count.calculation_shares = {7'000'000'000'000};
  CorporateAction factor = action(ActionKind::cap_factor, "B.SZ");
  factor.cap_factor = {5'000'000'000'000'000};
  input.actions = {count, factor, action(ActionKind::bonus, "B.SZ", "0.5")};
  const Roll roll = rolled(input);
  ASSERT_EQ(roll.steps.size(), 3u);
  EXPECT_THAT(roll.steps[0].what, HasSubstr("bonus 1/2; 17.35 becomes 11.57"));
  EXPECT_THAT(roll.steps[1].what, HasSubstr("float_band 6000000 x 0.731 becomes 7000000 x 0.731"));
  EXPECT_THAT(roll.steps[2].what, HasSubstr("7000000 x 0.5"));
  EXPECT_EQ(find(roll, "B.SZ").shares, test::shares("3500000"));
}

TEST(Roll, ASuspendedMemberStandsWhereItBeganTheDay) {
  RollInput input = test::golden_roll();
  input.today.members[1].reference_price = test::price("17.05");  // ex 0.30 today
  input.closes.erase(input.closes.begin() + 1);
  input.actions = {suspension("B.SZ")};
  const Roll roll = rolled(input);
  EXPECT_EQ(find(roll, "B.SZ").close, test::price("17.05"));
  EXPECT_EQ(text(roll.tomorrow.previous_close), "996.1369");
  EXPECT_EQ(roll.tomorrow.divisor, input.today.divisor);
}

TEST(Roll, ASuspensionOfAnotherDayIsNotOfToday) {
  RollInput input = test::golden_roll();
  input.actions = {suspension("B.SZ"), suspension("B.SZ")};
  input.actions[0].date = 20250401;
  input.actions[1].date = 20250403;
  input.closes[1].price = test::price("18.00");
  const Roll roll = rolled(input);
  EXPECT_EQ(find(roll, "B.SZ").close, test::price("18.00"));
  EXPECT_EQ(skipped(roll, SkipReason::earlier), 1u);
  EXPECT_EQ(skipped(roll, SkipReason::later), 1u);
  input.actions.pop_back();
  input.closes.erase(input.closes.begin() + 1);
  const auto faults = indexcast::roll(input).faults;
  ASSERT_EQ(faults.size(), 2u);
  EXPECT_THAT(faults[0].what, HasSubstr("needs a suspension of 20250402"));
  EXPECT_EQ(faults[1].key, "action.date");
  EXPECT_EQ(faults[1].line, 5);
  EXPECT_THAT(faults[1].what,
              HasSubstr("20250401 is not 20250402, the day that the closes are of"));
}

TEST(Roll, AReviewSetsFactorsThatMeetTheCaps) {
  RollInput input = test::golden_roll();
  input.review = Review{7, Weight{4'000'000'000}, {{"C.HK", Weight{2'400'000'000}}}};
  const Roll roll = rolled(input);
  const Int128 cap = base_capitalisation(roll.tomorrow);
  const auto weight = [&](const Member& member) {
    return weight_of(static_cast<Int128>(member.base_price.raw) * member.shares.raw *
                         close_rate(roll.tomorrow, member.currency()).raw,
                     cap);
  };
  EXPECT_EQ(weight(find(roll, "A.SH")), Weight{4'000'000'000});
  EXPECT_EQ(weight(find(roll, "C.HK")), Weight{2'400'000'000});
  EXPECT_EQ(weight(find(roll, "B.SZ")), Weight{3'600'000'000});
  EXPECT_EQ(find(roll, "B.SZ").cap_factor, kUncapped);
  EXPECT_THAT(roll.steps[0].what, HasSubstr("review: 2 of 3 members capped"));
}

TEST(Roll, ThePublishedCloseMustBeWhatTheClosesGive) {
  RollInput input = test::golden_roll();
  input.closing_level = input.today.previous_close;
  EXPECT_TRUE(roll(input).faults.empty());
  input.closing_level = Level{10'000'001};
  const auto faults = roll(input).faults;
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].key, "--closing-level");
  EXPECT_THAT(faults[0].what, HasSubstr("give 1000.0000, not 1000.0001"));
}

TEST(Roll, ClosesOfOthersAreCountedAndNotUsed) {
  RollInput input = test::golden_roll();
  input.closes.push_back({"Z.SH", Price{1}, {}, 9});
  EXPECT_EQ(rolled(input).foreign_closes, 1u);
}

struct FaultCase {
  const char* name;
  void (*spoil)(RollInput&);
  RollFile file;
  int line;
  const char* key;
  const char* what;
};

void PrintTo(const FaultCase& fault, std::ostream* out) { *out << fault.name; }

class RollFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(RollFaults, AreNamed) {
  RollInput input = test::golden_roll();
  GetParam().spoil(input);
  const auto faults = roll(input).faults;
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].file, GetParam().file);
  EXPECT_EQ(faults[0].line, GetParam().line);
  EXPECT_EQ(faults[0].key, GetParam().key);
  EXPECT_THAT(faults[0].what, HasSubstr(GetParam().what));
}

void add(RollInput& input, CorporateAction each) { input.actions.push_back(std::move(each)); }

INSTANTIATE_TEST_SUITE_P(
    Methodology3, RollFaults,
    testing::Values(
        FaultCase{"same_day", [](RollInput& in) { in.date = 20250402; }, RollFile::command, 0,
                  "--date", "must be after"},
        FaultCase{"saturday", [](RollInput& in) { in.date = 20250405; }, RollFile::command, 0,
                  "--date", "20250405 is a Saturday"},
        FaultCase{"sunday", [](RollInput& in) { in.date = 20250406; }, RollFile::command, 0,
                  "--date", "20250406 is a Sunday"},
        FaultCase{"divisor_rate_of_the_close",
                  [](RollInput& in) {
                    in.today.fx_series.clear();
                    in.today.fx_in_divisor = true;
                    in.close_fx["HKD"] = test::rate("0.93");
                  },
                  RollFile::command, 0, "--close-fx", "give a new one as --day-fx"},
        FaultCase{"inverted_day_rate",
                  [](RollInput& in) { in.day_fx["HKD"] = test::rate("1.0833"); }, RollFile::command,
                  0, "--day-fx", "from 0.9231, the rate of the close"},
        FaultCase{"day_rate_far_from_the_close",
                  [](RollInput& in) {
                    in.close_fx["HKD"] = test::rate("0.90");
                    in.day_fx["HKD"] = test::rate("1.00");
                  },
                  RollFile::command, 0, "--day-fx", "from 0.9, the rate of the close"},
        FaultCase{"foreign_day_rate", [](RollInput& in) { in.day_fx["USD"] = test::rate("7"); },
                  RollFile::command, 0, "--day-fx", "USD is no currency"},
        FaultCase{"inverted_rate", [](RollInput& in) { in.close_fx["HKD"] = test::rate("1.0833"); },
                  RollFile::command, 0, "--close-fx", "further than 10 %"},
        FaultCase{"foreign_rate", [](RollInput& in) { in.close_fx["USD"] = test::rate("7"); },
                  RollFile::command, 0, "--close-fx", "USD is no currency"},
        FaultCase{"missing_close", [](RollInput& in) { in.closes.erase(in.closes.begin()); },
                  RollFile::closes, 0, "close", "A.SH: no close"},
        FaultCase{"close_twice", [](RollInput& in) { in.closes.push_back(in.closes[0]); },
                  RollFile::closes, 2, "symbol", "A.SH appears twice"},
        FaultCase{"off_the_tick", [](RollInput& in) { in.closes[1].price = test::price("17.355"); },
                  RollFile::closes, 3, "close", "17.355 is not on the tick of 0.01"},
        FaultCase{"off_its_own_tick",
                  [](RollInput& in) { in.closes[2].tick = test::price("0.02"); }, RollFile::closes,
                  4, "close", "5.91 is not on the tick of 0.02"},
        FaultCase{"unusable", [](RollInput& in) { in.closes[0].price = test::price("200000"); },
                  RollFile::closes, 2, "close", "more than 1000 times"},
        FaultCase{"traded_and_suspended",
                  [](RollInput& in) {
                    in.closes[1].price = test::price("17.36");
                    add(in, suspension("B.SZ"));
                  },
                  RollFile::closes, 3, "close", "17.36 is not 17.35"}),
    [](const auto& each) { return each.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Actions, RollFaults,
    testing::Values(
        FaultCase{"decision_about_no_member",
                  [](RollInput& in) { add(in, action(ActionKind::cap_factor, "E.SZ", "1")); },
                  RollFile::actions, 5, "action.symbol", "E.SZ: is no member of G2"},
        FaultCase{"decision_of_another_day",
                  [](RollInput& in) {
                    add(in, action(ActionKind::leave, "B.SZ"));
                    in.actions[0].date = 20250404;
                  },
                  RollFile::actions, 5, "action.date", "20250404 is not 20250403"},
        FaultCase{"between_the_days",
                  [](RollInput& in) {
                    in.date = 20250407;
                    add(in, action(ActionKind::bonus, "B.SZ", "1"));
                  },
                  RollFile::actions, 5, "action.date",
                  "20250403 is between 20250402 and 20250407: no definition"},
        FaultCase{"second_split",
                  [](RollInput& in) {
                    add(in, action(ActionKind::split, "B.SZ", "2"));
                    add(in, action(ActionKind::split, "B.SZ", "3"));
                  },
                  RollFile::actions, 5, "action.kind", "a second split"},
        FaultCase{"more_cash_than_price",
                  [](RollInput& in) { add(in, action(ActionKind::dividend, "B.SZ", "17.35")); },
                  RollFile::actions, 5, "action", "leaves no price"},
        FaultCase{"split_to_nothing",
                  [](RollInput& in) { add(in, action(ActionKind::split, "B.SZ", "10000")); },
                  RollFile::actions, 5, "action", "leaves no price"},
        FaultCase{"ex_price_off_the_tick",
                  [](RollInput& in) {
                    add(in, action(ActionKind::bonus, "B.SZ", "1"));
                    in.actions[0].ex_price = test::price("8.675");
                  },
                  RollFile::actions, 5, "action.ex_price", "8.675 is not on the tick"},
        FaultCase{"leaves_and_stays",
                  [](RollInput& in) {
                    add(in, action(ActionKind::leave, "B.SZ"));
                    add(in, action(ActionKind::cap_factor, "B.SZ", "1"));
                  },
                  RollFile::actions, 5, "action.kind", "leaves, and a cap_factor"},
        FaultCase{"joins_and_is_there",
                  [](RollInput& in) {
                    CorporateAction join = action(ActionKind::join, "B.SZ");
                    join.currency = "CNY";
                    join.market = 1;
                    add(in, join);
                  },
                  RollFile::actions, 5, "action.symbol", "is a member already"},
        FaultCase{"last_one_leaves",
                  [](RollInput& in) {
                    for (const char* symbol : {"A.SH", "B.SZ", "C.HK"})
                      add(in, action(ActionKind::leave, symbol));
                  },
                  RollFile::actions, 5, "members", "range"},
        FaultCase{"review_that_cannot_be_met",
                  [](RollInput& in) {
                    in.review = Review{7, Weight{3'000'000'000}, {}};
                  },
                  RollFile::actions, 7, "review", "sum to 90 %"}),
    [](const auto& each) { return each.param.name; });

TEST(RollFaults, AreNamedAllAtOnce) {
  RollInput input = test::golden_roll();
  input.close_fx["HKD"] = test::rate("1.0833");
  input.closes.erase(input.closes.begin());
  input.closes[0].price = test::price("17.355");
  input.actions = {action(ActionKind::leave, "E.SZ"), action(ActionKind::dividend, "C.HK", "6")};
  std::vector<std::string> keys;
  for (const RollFault& fault : roll(input).faults) keys.push_back(fault.key);
  EXPECT_THAT(keys, testing::UnorderedElementsAre("--close-fx", "close", "close", "action.symbol",
                                                  "action"));
}

}  // namespace
}  // namespace indexcast
