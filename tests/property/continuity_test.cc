// METHODOLOGY 3: whatever happens overnight, the level goes on where it stopped, and caps hold.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/support/rolls.h"

namespace indexcast {
namespace {

using Random = std::mt19937_64;

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
}

bool one_in(Random& random, std::uint64_t n) { return random() % n == 0; }

Price random_price(Random& random, MarketId market) {
  return {between(random, 1000, 2'000'000) * test::ticks()[market].tick.raw};
}

Member random_member(Random& random, int number) {
  const auto market = static_cast<MarketId>(random() % 3);
  Member member;
  member.security =
      test::security(std::to_string(number) + ".X", market, market == 2 ? "HKD" : "CNY");
  member.close = member.base_price = member.reference_price = random_price(random, market);
  member.calculation_shares = {between(random, 1'000'000, 3'000'000'000) * 1'000'000};
  if (one_in(random, 2)) member.cap_factor = {between(random, 1, kUncapped.raw)};
  member.shares = index_shares(member.calculation_shares, member.cap_factor).value();
  return member;
}

IndexDefinition random_basket(Random& random) {
  std::vector<Member> members;
  const auto count = between(random, 3, 60);
  for (int i = 0; i < count; ++i) members.push_back(random_member(random, i));
  return test::index("R", std::move(members), between(random, 1'000'000, 90'000'000));
}

CorporateAction random_action(Random& random, const std::string& symbol) {
  const auto kind = static_cast<ActionKind>(random() % 7);
  // Ratios down to one that no decimal writes; cash that no price here is below.
  const char* const ratios[] = {"0.5", "1/3", "3/10", "0.29857", "2", "0.1"};
  const std::string amount = kind == ActionKind::dividend
                                 ? "0." + std::to_string(between(random, 1, 999))
                                 : ratios[random() % 6];
  CorporateAction each = test::action(kind, symbol, amount);
  each.rights_price = {between(random, 1, 10'000) * 10'000};
  each.calculation_shares = {between(random, 1'000'000, 3'000'000'000) * 1'000'000};
  each.cap_factor = {between(random, 1, kUncapped.raw)};
  return each;
}

void let_something_happen(Random& random, RollInput& input) {
  const std::string symbol = input.today.members[random() % input.today.members.size()].symbol();
  const bool first = std::ranges::none_of(
      input.actions, [&](const CorporateAction& each) { return each.symbol == symbol; });
  if (first) input.actions.push_back(random_action(random, symbol));
}

void let_one_join(Random& random, RollInput& input, int number) {
  const Member member = random_member(random, number);
  CorporateAction join = test::action(ActionKind::join, member.symbol());
  join.name = member.name();
  join.market = member.market();
  join.currency = member.currency();
  join.calculation_shares = member.calculation_shares;
  join.cap_factor = member.cap_factor;
  input.actions.push_back(join);
  input.closes.push_back({member.symbol(), member.close, {}, 0});
}

void let_one_leave(RollInput& input, std::size_t position) {
  const std::string symbol = input.today.members[position].symbol();
  std::erase_if(input.actions, [&](const CorporateAction& each) { return each.symbol == symbol; });
  input.actions.push_back(test::action(ActionKind::leave, symbol));
}

// The first Monday to Friday after `date`.
Date next_weekday(Date date) {
  std::int64_t days = days_from_date(date) + 1;
  const auto weekday = [&] { return (days + 4) % 7; };  // 1970-01-01 was a Thursday
  while (weekday() == 0 || weekday() == 6) ++days;
  return date_from_days(days);
}

// A day's closes, up to ten percent from where the members began it, and its rate.
RollInput random_day(Random& random, const IndexDefinition& today) {
  RollInput input;
  input.today = today;
  input.date = next_weekday(today.effective_date);
  input.ticks = test::ticks();
  const std::int64_t close = day_rate(today, "HKD").raw * between(random, 99, 101) / 100;
  input.close_fx["HKD"] = {close};
  input.day_fx["HKD"] = {close * between(random, 99, 101) / 100};
  for (const Member& member : today.members) {
    const std::int64_t tick = input.ticks[member.market()].tick.raw;
    const std::int64_t price = member.reference_price.raw / 100 * between(random, 90, 110);
    input.closes.push_back(
        {member.symbol(), {std::max(price / tick, std::int64_t{100}) * tick}, {}, 0});
  }
  return input;
}

void expect_continuous(const Roll& roll, std::uint64_t seed) {
  EXPECT_EQ(roll.gate_level, roll.closing_level) << "seed " << seed;
  EXPECT_EQ(roll.chain_level, roll.closing_level) << "seed " << seed;
  EXPECT_EQ(roll.tomorrow.previous_close, roll.closing_level) << "seed " << seed;
  for (const RollStep& step : roll.steps)
    EXPECT_EQ(step.level, roll.closing_level) << "seed " << seed << ": " << step.what;
  // The same from the definition alone, as a server computes it that never saw the roll.
  EXPECT_EQ(
      level_of(base_capitalisation(roll.tomorrow), roll.tomorrow.divisor, roll.tomorrow.decimals),
      roll.closing_level);
}

class Continuity : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Continuity, AnyActionsOfTwentyDaysKeepTheLevel) {
  Random random(GetParam());
  IndexDefinition today = random_basket(random);
  std::size_t steps = 0;
  for (int day = 0; day < 20; ++day) {
    RollInput input = random_day(random, today);
    for (auto n = between(random, 0, 5); n > 0; --n) let_something_happen(random, input);
    if (one_in(random, 3)) let_one_join(random, input, 1000 + day);
    if (one_in(random, 3) && today.members.size() > 3) let_one_leave(input, 0);
    if (one_in(random, 4))
      input.review = Review{0, Weight{between(random, 5, 10) * 1'000'000'000}, {}};
    for (CorporateAction& each : input.actions) each.date = input.date;
    const RollResult result = roll(input);
    ASSERT_TRUE(result.faults.empty())
        << "seed " << GetParam() << " day " << day << ": " << result.faults[0].what;
    expect_continuous(result.roll, GetParam());
    steps += result.roll.steps.size();
    today = result.roll.tomorrow;
  }
  EXPECT_GT(steps, 20u);
}

TEST_P(Continuity, ADayWithoutActionsKeepsTheDivisor) {
  Random random(GetParam());
  const IndexDefinition today = random_basket(random);
  const RollResult result = roll(random_day(random, today));
  ASSERT_TRUE(result.faults.empty()) << "seed " << GetParam();
  EXPECT_EQ(result.roll.tomorrow.divisor, today.divisor);
  EXPECT_TRUE(result.roll.steps.empty());
}

TEST_P(Continuity, TheOrderInWhichActionsAreListedDoesNotMatter) {
  Random random(GetParam());
  RollInput input = random_day(random, random_basket(random));
  for (int n = 0; n < 10; ++n) let_something_happen(random, input);
  for (CorporateAction& each : input.actions) each.date = input.date;
  const Divisor divisor = roll(input).roll.tomorrow.divisor;
  std::shuffle(input.actions.begin(), input.actions.end(), random);
  EXPECT_EQ(roll(input).roll.tomorrow.divisor, divisor) << "seed " << GetParam();
}

TEST_P(Continuity, CapsHoldAndWeightsSumToAll) {
  Random random(GetParam());
  std::vector<CappedName> names;
  const auto count = between(random, 2, 80);
  for (int i = 0; i < count; ++i) {
    names.push_back(
        {static_cast<Int128>(between(random, 1, 1'000'000'000)) * between(random, 1, 1000),
         Weight{between(random, kWholeBasket.raw / count, kWholeBasket.raw)}});
  }
  const CapFactors caps = cap_factors(names);
  if (caps.sum_of_caps < kWholeBasket) {
    EXPECT_TRUE(caps.factors.empty());
    return;
  }
  Int128 total = 0;
  const auto capped = [&](std::size_t i) { return names[i].capitalisation * caps.factors[i].raw; };
  for (std::size_t i = 0; i < names.size(); ++i) total += capped(i);
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Weight weight = weight_of(capped(i), total);
    // The factor's own rounding is worth one unit of 1e-10 at most.
    EXPECT_LE(weight.raw, names[i].cap.raw + 1) << "seed " << GetParam() << " name " << i;
    EXPECT_NEAR(static_cast<double>(weight.raw), static_cast<double>(caps.weights[i].raw), 1.0);
    if (caps.factors[i] != kUncapped) {
      EXPECT_GE(weight.raw, names[i].cap.raw - 1);
    }
    EXPECT_LE(caps.factors[i], kUncapped);
    sum += weight.raw;
  }
  EXPECT_NEAR(static_cast<double>(sum), static_cast<double>(kWholeBasket.raw),
              static_cast<double>(names.size()));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Continuity, testing::Range<std::uint64_t>(1, 101));

}  // namespace
}  // namespace indexcast
