#include "feedhandlers/simulator/price_rules.h"

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
      {feed::Venue::sse, 688041, 151'230'000, 120'980'000, 181'480'000},
      {feed::Venue::sse, 600050, 5'910'000, 5'320'000, 6'500'000},
      {feed::Venue::hkex, 700, 500'000'000, 350'000'000, 650'000'000},
  };
  for (const Case& c : cases) {
    const PriceRules rules = rules_for(c.venue, c.code, c.previous_close, kAssumedHkexTicks);
    EXPECT_EQ(rules.lower(), c.lower) << c.code;
    EXPECT_EQ(rules.upper(), c.upper) << c.code;
  }
}

TEST(PriceRules, StepsChangeAtTheEdgeOfABand) {
  const PriceRules rules = rules_for(feed::Venue::hkex, 1, 20'000'000, kAssumedHkexTicks);
  EXPECT_EQ(rules.above(20'000'000), 20'050'000);
  EXPECT_EQ(rules.below(20'000'000), 19'980'000);
  EXPECT_EQ(rules.nearest(19'991'000), 20'000'000);
  EXPECT_EQ(rules.nearest(1), rules.lower());
}

}  // namespace
}  // namespace indexcast::sim
