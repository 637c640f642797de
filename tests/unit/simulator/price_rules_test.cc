#include "feedhandlers/simulator/day/price_rules.h"

#include <gtest/gtest.h>

namespace indexcast::sim {
namespace {

TEST(PriceRules, LimitsFollowTheBoard) {
  struct Case {
    feed::Venue venue;
    std::uint32_t code;
    std::int64_t previous_close, lower, upper;
  };
  // The first is the worked example of DF142 5.1: base 9.84, [8.86, 10.82].
  const Case cases[] = {
      {feed::Venue::szse, 1, 9'840'000, 8'860'000, 10'820'000},
      {feed::Venue::szse, 300017, 10'000'000, 8'000'000, 12'000'000},
      {feed::Venue::szse, 302132, 10'000'000, 8'000'000, 12'000'000},
      {feed::Venue::sse, 688041, 151'230'000, 120'980'000, 181'480'000},
      {feed::Venue::sse, 600050, 5'910'000, 5'320'000, 6'500'000},
      {feed::Venue::hkex, 700, 500'000'000, 350'000'000, 650'000'000},
  };
  for (const Case& c : cases) {
    const PriceRules rules = rules_for({}, c.venue, c.code, c.previous_close);
    EXPECT_EQ(rules.lower(), c.lower) << c.code;
    EXPECT_EQ(rules.upper(), c.upper) << c.code;
  }
}

// SSE notes 5.2 and SZSE notes 4.1: 10 % for main board ST shares since 2026-07-06, 5 % before.
// STAR and ChiNext keep 20 %.
TEST(PriceRules, TheLimitOfSharesUnderRiskWarningFollowsTheDate) {
  Settings settings;
  settings.st_securities = {600050, 1, 688041, 300017};
  const auto band = [&](feed::Venue venue, std::uint32_t code, Date date) {
    settings.trade_date = date;
    const PriceRules rules = rules_for(settings, venue, code, 10'000'000);
    return std::pair(rules.lower(), rules.upper());
  };
  using Band = std::pair<std::int64_t, std::int64_t>;
  for (const auto& [venue, code] :
       {std::pair{feed::Venue::sse, 600050u}, std::pair{feed::Venue::szse, 1u}}) {
    EXPECT_EQ(band(venue, code, 20260703), (Band{9'500'000, 10'500'000}));
    EXPECT_EQ(band(venue, code, 20260706), (Band{9'000'000, 11'000'000}));
  }
  for (const Date date : {20260703u, 20260706u}) {
    EXPECT_EQ(band(feed::Venue::sse, 688041, date), (Band{8'000'000, 12'000'000}));
    EXPECT_EQ(band(feed::Venue::szse, 300017, date), (Band{8'000'000, 12'000'000}));
    EXPECT_EQ(band(feed::Venue::sse, 600000, date), (Band{9'000'000, 11'000'000})) << "not ST";
  }
}

// OMD-C notes 2.2, spread tables.
TEST(PriceRules, StepsOfHongKongFollowTheDate) {
  struct Case {
    std::int64_t price;  // 1e-6
    std::int64_t before, phase_1, phase_2;
  };
  const Case cases[] = {
      {240'000, 1'000, 1'000, 1'000},          {250'000, 5'000, 5'000, 5'000},
      {500'000, 10'000, 10'000, 5'000},        {9'990'000, 10'000, 10'000, 5'000},
      {10'000'000, 20'000, 10'000, 10'000},    {19'990'000, 20'000, 10'000, 10'000},
      {20'000'000, 50'000, 20'000, 20'000},    {49'980'000, 50'000, 20'000, 20'000},
      {50'000'000, 50'000, 50'000, 50'000},    {100'000'000, 100'000, 100'000, 100'000},
      {600'000'000, 500'000, 500'000, 500'000}};
  const auto step = [](std::int64_t price, Date date, Date phase_2_from) {
    Settings settings;
    settings.trade_date = date;
    settings.hkex_spread_phase_2_from = phase_2_from;
    return rules_for(settings, feed::Venue::hkex, 1, price).tick_at(price);
  };
  for (const Case& c : cases) {
    EXPECT_EQ(step(c.price, 20250801, 0), c.before) << c.price;
    EXPECT_EQ(step(c.price, 20250804, 0), c.phase_1) << c.price;
    EXPECT_EQ(step(c.price, 20261201, 0), c.phase_1) << c.price << ": off by default";
    EXPECT_EQ(step(c.price, 20261201, 20260601), c.phase_2) << c.price;
    EXPECT_EQ(step(c.price, 20260529, 20260601), c.phase_1) << c.price;
  }
}

TEST(PriceRules, ASiteMaySetItsOwnSteps) {
  Settings settings;
  settings.hkex_ticks = {{1'000'000, 100'000}, {2'000'000, 250'000}};
  const PriceRules rules = rules_for(settings, feed::Venue::hkex, 1, 1'000'000);
  EXPECT_EQ(rules.tick_at(900'000), 100'000);
  EXPECT_EQ(rules.tick_at(9'000'000), 250'000);
}

TEST(PriceRules, StepsChangeAtTheEdgeOfABand) {
  const PriceRules rules = rules_for({}, feed::Venue::hkex, 1, 20'000'000);
  EXPECT_EQ(rules.above(20'000'000), 20'050'000);
  EXPECT_EQ(rules.below(20'000'000), 19'980'000);
  EXPECT_EQ(rules.nearest(19'991'000), 20'000'000);
  EXPECT_EQ(rules.nearest(1), rules.lower());
}

}  // namespace
}  // namespace indexcast::sim
