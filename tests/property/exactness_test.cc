// Invariants 1 and 2: incremental equals recomputed, order does not matter, and two engines agree
// byte for byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

#include "calc/engine.h"
#include "calc/sequencer.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/baskets.h"
#include "tests/support/wild_day.h"

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
    definitions.back().bid_ask = i % 2 == 0;
  }
  return Universe(std::move(definitions));
}

// Holds what the core says to its own promises, and sums it up.
class Watcher final : public RecordSink {
 public:
  explicit Watcher(const Universe& universe) : last_(universe.indices().size()) {
    for (const IndexDefinition& index : universe.indices()) bid_ask_.push_back(index.bid_ask);
  }

  void write(LevelUpdate& update) override {
    LevelUpdate& last = last_[update.header.id];
    EXPECT_EQ(update.index_sequence, last.index_sequence + 1) << "no hole";
    if (last.status() == IndexStatus::held && update.status() == IndexStatus::held) {
      EXPECT_EQ(update.level, last.level) << "a held index keeps its level until it is released";
      EXPECT_TRUE(update.flags != last.flags || update.high != last.high || update.low != last.low)
          << "and has no news but its flags, and the extremes that an operator takes in";
    }
    if (update.open.raw != 0) {
      EXPECT_LE(update.low, update.high);
      const bool follows =
          update.status() != IndexStatus::held && !(update.flags & (kRecovering | kLevelGuard));
      EXPECT_TRUE(!follows || (update.low <= update.level && update.level <= update.high));
    }
    EXPECT_TRUE(update.cause() != Cause::quote || update.bid != last.bid ||
                update.ask != last.ask || update.flags != last.flags)
        << "a quote publishes where it moved a bid or ask level";
    EXPECT_EQ(update.bid.raw != 0, bid_ask_[update.header.id]);
    EXPECT_FALSE(update.quotable &&
                 ((update.flags & kEndsQuotable) != 0 || update.status() != IndexStatus::open));
    last = update;
    ++levels;
    add(Record::of(update));
  }
  void write(const Record& record) override { add(record); }

  std::uint64_t levels = 0;
  std::uint64_t digest = 0xcbf29ce484222325;

 private:
  void add(const Record& record) {
    for (const std::uint64_t word : record.words) digest = (digest ^ word) * 0x100000001b3;
  }

  std::vector<LevelUpdate> last_;
  std::vector<bool> bid_ask_;
};

// Ten million events over all seeds; a sanitizer is satisfied with fewer.
constexpr std::int64_t kEvents = INDEXCAST_COUNTS_ALLOCATIONS ? 500'000 : 100'000;
constexpr std::int64_t kBetweenRecomputations = 500;

class Exactness : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Exactness, IncrementalEqualsRecomputedAfterAnyEvents) {
  std::mt19937_64 random(GetParam());
  const Universe universe = random_universe(random);
  Watcher watcher(universe);
  CoreCounters counters;
  Engine engine(universe, {}, watcher, counters);
  test::WildDay day(random, universe);
  for (std::int64_t step = 0; step < kEvents; ++step) {
    engine.apply(day.next(), static_cast<std::uint64_t>(step) + 1);
    if (step % kBetweenRecomputations != 0) continue;
    for (IndexId id = 0; id < universe.indices().size(); ++id) {
      ASSERT_EQ(engine.sums().sum(id), engine.sums().recompute(id))
          << "seed " << GetParam() << " step " << step;
      ASSERT_EQ(engine.sums().level(id).level,
                level_of(engine.sums().sum(id), universe.indices()[id].divisor,
                         universe.indices()[id].decimals));
      if (!universe.indices()[id].bid_ask) continue;
      for (const QuoteSide side : kQuoteSides) {
        ASSERT_EQ(engine.quote_sums().sum(id, side, engine.sums()),
                  engine.quote_sums().recompute(id, side, engine.sums()))
            << "seed " << GetParam() << " step " << step;
      }
    }
    ASSERT_FALSE(HasFailure()) << "seed " << GetParam() << " step " << step;
  }
  EXPECT_EQ(counters.get(CoreCounter::inexact_estimates), 0u);
  std::uint64_t ended = 0;
  for (std::size_t c = 0; c <= static_cast<std::size_t>(CoreCounter::unknown_rejected); ++c) {
    const auto counter = static_cast<CoreCounter>(c);
    EXPECT_GT(counters.get(counter), 0u) << kCoreCounterNames[c] << " never happened";
    ended += counters.get(counter);
  }
  EXPECT_EQ(ended, static_cast<std::uint64_t>(kEvents)) << "every input ends as exactly one thing";
  EXPECT_GT(counters.get(CoreCounter::pending_accepted), 0u);
  EXPECT_GT(counters.get(CoreCounter::pending_refused), 0u);
}

TEST_P(Exactness, TwoEnginesFedTheSameGiveTheSameBytes) {
  std::mt19937_64 random(GetParam());
  const Universe universe = random_universe(random);
  Watcher first_watcher(universe);
  Watcher second_watcher(universe);
  CoreCounters counters;
  Engine first(universe, {}, first_watcher, counters);
  Engine second(universe, {}, second_watcher, counters);
  test::WildDay day(random, universe);
  for (std::uint64_t step = 1; step <= 5'000; ++step) {
    const MarketEvent event = day.next();
    first.apply(event, step);
    second.apply(event, step);
    ASSERT_EQ(first_watcher.digest, second_watcher.digest) << "step " << step;
  }
  EXPECT_GT(first_watcher.levels, 1000u);
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

// Twice the shares over twice the divisor, as another version.
Universe doubled(const Universe& universe, IndexId id) {
  std::vector<IndexDefinition> definitions(universe.indices().begin(), universe.indices().end());
  ++definitions[id].version;
  definitions[id].divisor = Divisor{definitions[id].divisor.raw * 2};
  for (Member& member : definitions[id].members) member.shares.raw *= 2;
  return Universe(std::move(definitions), universe);
}

template <class T>
void forget_record_sequence(Record& record) {
  T said = record.as<T>();
  said.record_sequence = 0;
  record = Record::of(said);
}

// Records as a subscriber sees them, without those that an activation adds.
std::vector<Record> comparable(test::RecordLog& log) {
  std::vector<Record> records = std::move(log.records);
  for (Record& record : records) {
    if (record.kind() == RecordKind::correction) forget_record_sequence<Correction>(record);
    if (record.kind() == RecordKind::pending_price) forget_record_sequence<PendingPrice>(record);
    if (record.kind() != RecordKind::status_changed) continue;
    forget_record_sequence<StatusChanged>(record);
    auto change = record.as<StatusChanged>();
    change.index_sequence = 0;
    record = Record::of(change);
  }
  for (LevelUpdate level : log.levels) {
    level.index_sequence = 0;
    level.definition_version = 0;
    records.push_back(Record::of(level));
  }
  log.levels.clear();
  log.records.clear();
  return records;
}

MarketEvent activation(IndexId id, const Engine& staged) {
  MarketEvent event;
  event.kind = EventKind::control;
  event.detail = static_cast<std::uint8_t>(ControlOp::activate);
  event.instrument = id;
  event.value[0] = staged.universe().indices()[id].version;
  event.value[1] = staged.definition_set();
  event.set_expected_version(kAnyVersion);
  return event;
}

TEST_P(Exactness, AnActivationThatMovesNoLevelChangesNothingElse) {
  std::mt19937_64 random(GetParam());
  std::deque<Universe> universes{random_universe(random)};
  test::RecordLog plain_log;
  test::RecordLog log;
  CoreCounters counters;
  Engine plain(universes.front(), {}, plain_log, counters);
  std::deque<Engine> engines;
  engines.emplace_back(universes.front(), EngineSettings{}, log, counters);
  Sequencer sequencer(engines.front(), nullptr, kNsPerSecond);
  test::WildDay day(random, universes.front());
  std::vector<Level> published(universes.front().indices().size());
  int activated = 0;
  for (std::uint64_t step = 1; step <= 20'000; ++step) {
    MarketEvent event = day.next();
    if (event.kind == EventKind::control) {
      if (event.detail == static_cast<std::uint8_t>(ControlOp::activate)) continue;
      event.set_expected_version(kAnyVersion);
    }
    plain.apply(event, sequencer.input_sequence() + 1);
    sequencer.admit(event);
    for (const LevelUpdate& level : plain_log.levels) published[level.header.id] = level.level;
    ASSERT_EQ(plain_log.records.size(), log.records.size());
    const std::vector<Record> expected = comparable(plain_log);
    const std::vector<Record> seen = comparable(log);
    ASSERT_EQ(expected.size(), seen.size()) << "seed " << GetParam() << " step " << step;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (seen[i].kind() == RecordKind::control_done) continue;  // counts the activations too
      ASSERT_EQ(expected[i].words, seen[i].words) << "seed " << GetParam() << " step " << step;
    }
    const auto id = static_cast<IndexId>(step / 200 % published.size());
    // A rate that moved since would show with the activation's level, and not in the other engine.
    if (step % 200 != 0 || published[id] != plain.sums().level(id).level) continue;
    universes.push_back(doubled(universes.back(), id));
    EngineSettings settings;
    settings.definition_set = static_cast<std::uint32_t>(universes.size()) - 1;
    engines.emplace_back(universes.back(), settings, log, counters);
    sequencer.stage(&engines.back());
    sequencer.admit(activation(id, engines.back()));
    ASSERT_EQ(engines[engines.size() - 2].successor(), &engines.back());
    for (const LevelUpdate& level : log.levels) EXPECT_EQ(level.level, published[id]);
    comparable(log);
    ++activated;
  }
  EXPECT_GT(activated, 20);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Exactness, testing::Range<std::uint64_t>(1, 21));

}  // namespace
}  // namespace indexcast
