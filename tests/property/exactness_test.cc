// Invariants 1 and 2: incremental equals recomputed, order does not matter, and two engines agree
// byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "calc/engine.h"
#include "tests/support/baskets.h"

namespace indexcast {
namespace {

// A few indices over shared instruments, in two currencies.
Universe random_universe(std::mt19937_64& random) {
  std::vector<IndexDefinition> definitions;
  for (int i = 0; i < 5; ++i) {
    std::vector<Member> members;
    for (int m = 0; m < 40; ++m) {
      if (random() % 2 == 0) continue;
      const auto market = static_cast<MarketId>(m % 3);
      Member member = test::member(std::to_string(m) + ".X", market, market == 2 ? "HKD" : "CNY",
                                   std::to_string(m * 3 + 1) + ".37",
                                   std::to_string(random() % 900'000 + 1000));
      members.push_back(member);
    }
    members.push_back(test::member("99.X", 0, "CNY", "10", "1000"));
    definitions.push_back(test::index(std::to_string(i), std::move(members)));
  }
  return Universe(std::move(definitions));
}

MarketEvent random_event(std::mt19937_64& random, const Universe& universe, std::int64_t step) {
  MarketEvent event;
  event.receive_time = event.exchange_time = TimeNs{kNsPerSecond * 1'000'000 + step * 1000};
  const auto draw = random() % 100;
  if (draw < 85) {
    event.kind = EventKind::price;
    event.detail = static_cast<std::uint8_t>(random() % 100 == 0 ? 0 : 1);
    event.instrument = static_cast<InstrumentId>(random() % (universe.instruments().size() + 1));
    event.value[0] = static_cast<std::int64_t>(random() % 400'000'000) - 1'000'000;
    event.value[2] = static_cast<std::int64_t>(random() % 1'000'000);
  } else if (draw < 92) {
    event.kind = EventKind::fx;
    event.instrument = 1;
    event.value[0] = 92'310'000 + static_cast<std::int64_t>(random() % 4'000'000) - 2'000'000;
  } else if (draw < 96) {
    event.kind = EventKind::instrument_status;
    event.detail = static_cast<std::uint8_t>(random() % 3);
    event.instrument = static_cast<InstrumentId>(random() % universe.instruments().size());
  } else if (draw < 98) {
    event.kind = EventKind::feed_state;
    event.market = static_cast<MarketId>(random() % 3);
    event.detail = static_cast<std::uint8_t>(random() % 6);
  } else {
    event.kind = EventKind::market_phase;
    event.market = static_cast<MarketId>(random() % 3);
    event.detail = static_cast<std::uint8_t>(random() % 4);  // closes would end the day
  }
  return event;
}

class Exactness : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Exactness, IncrementalEqualsRecomputedAfterAnyEvents) {
  std::mt19937_64 random(GetParam());
  const Universe universe = random_universe(random);
  test::RecordLog log;
  CoreCounters counters;
  Engine engine(universe, {}, log, counters);
  for (std::int64_t step = 0; step < 20'000; ++step) {
    engine.apply(random_event(random, universe, step), static_cast<std::uint64_t>(step) + 1);
    if (step % 100 != 0) continue;
    for (IndexId id = 0; id < universe.indices().size(); ++id) {
      ASSERT_EQ(engine.sums().sum(id), engine.sums().recompute(id))
          << "seed " << GetParam() << " step " << step;
      ASSERT_EQ(engine.sums().level(id).level,
                level_of(engine.sums().sum(id), universe.indices()[id].divisor,
                         universe.indices()[id].decimals));
    }
  }
  EXPECT_EQ(counters.get(CoreCounter::inexact_estimates), 0u);
  std::uint64_t ended = 0;
  for (std::size_t c = 0; c <= static_cast<std::size_t>(CoreCounter::unknown_rejected); ++c) {
    ended += counters.get(static_cast<CoreCounter>(c));
  }
  EXPECT_EQ(ended, 20'000u) << "every input ends as exactly one thing";
}

TEST_P(Exactness, TwoEnginesFedTheSameGiveTheSameBytes) {
  std::mt19937_64 random(GetParam());
  const Universe universe = random_universe(random);
  test::RecordLog first_log;
  test::RecordLog second_log;
  CoreCounters counters;
  Engine first(universe, {}, first_log, counters);
  Engine second(universe, {}, second_log, counters);
  for (std::int64_t step = 0; step < 5'000; ++step) {
    const MarketEvent event = random_event(random, universe, step);
    first.apply(event, static_cast<std::uint64_t>(step) + 1);
    second.apply(event, static_cast<std::uint64_t>(step) + 1);
  }
  ASSERT_EQ(first_log.levels.size(), second_log.levels.size());
  EXPECT_GT(first_log.levels.size(), 1000u);
  for (std::size_t i = 0; i < first_log.levels.size(); ++i) {
    ASSERT_EQ(std::memcmp(&first_log.levels[i], &second_log.levels[i], sizeof(LevelUpdate)), 0)
        << i;
  }
}

TEST_P(Exactness, TheOrderOfPricesDoesNotMatter) {
  std::mt19937_64 random(GetParam());
  const Universe universe = random_universe(random);
  std::vector<std::pair<InstrumentId, Price>> prices;
  for (InstrumentId id = 0; id < universe.instruments().size(); ++id) {
    prices.emplace_back(id, Price{static_cast<std::int64_t>(random() % 100'000'000 + 1)});
  }
  BasketSums forward(universe);
  for (const auto& [id, price] : prices) forward.set_price(id, price);
  std::shuffle(prices.begin(), prices.end(), random);
  BasketSums shuffled(universe);
  for (const auto& [id, price] : prices) shuffled.set_price(id, price);
  for (IndexId id = 0; id < universe.indices().size(); ++id)
    EXPECT_EQ(forward.sum(id), shuffled.sum(id));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Exactness, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace indexcast
