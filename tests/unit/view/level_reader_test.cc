#include "server/view/level_reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <utility>

#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

// Checks on arrival: sequences of each index come in order, each once, as levels or skipped.
struct Checker {
  explicit Checker(std::size_t indices) : next(indices, 1) {}

  void on_level(const LevelUpdate& update, std::uint64_t) {
    EXPECT_EQ(update.index_sequence, next[update.header.id]);
    EXPECT_EQ(static_cast<std::uint64_t>(update.level.raw), update.index_sequence * 10);
    next[update.header.id] = update.index_sequence + 1;
    ++levels;
  }
  void on_skipped(IndexId index, std::uint64_t from, std::uint64_t to) {
    EXPECT_EQ(from, next[index]);
    EXPECT_LE(from, to);
    next[index] = to + 1;
    skipped += to - from + 1;
  }
  void on_tick(const TimerTick&, std::uint64_t) { ++ticks; }
  void on_lapped(std::uint64_t records) {
    ++lapped;
    left_out += records;
  }

  std::vector<std::uint64_t> next;
  std::uint64_t levels = 0;
  std::uint64_t skipped = 0;
  std::uint64_t ticks = 0;
  std::uint64_t lapped = 0;
  std::uint64_t left_out = 0;
};

TEST(LevelReader, readsEverythingWhenItKeepsUp) {
  CoreStub core;
  LevelReader reader(core.view());
  Checker checker(reader.indices());
  core.publish(0, 10);
  core.publish(1, 10);
  core.tick({5});
  core.publish(0, 20);
  EXPECT_EQ(reader.poll(100, checker), 4u);
  EXPECT_EQ(checker.levels, 3u);
  EXPECT_EQ(checker.ticks, 1u);
  EXPECT_EQ(reader.level(0).level.raw, 20);
  EXPECT_EQ(reader.stream_sequence_of(0), 4u);
  EXPECT_EQ(reader.index_sequence(2), 0u);
  EXPECT_FALSE(reader.has_level(2));
}

TEST(LevelReader, stopsAtTheLimit) {
  CoreStub core;
  LevelReader reader(core.view());
  Checker checker(reader.indices());
  for (int i = 1; i <= 10; ++i) core.publish(0, i * 10);
  EXPECT_EQ(reader.poll(4, checker), 4u);
  EXPECT_EQ(reader.lag(), 6u);
}

TEST(LevelReader, namesWhatItSkippedWhenLapped) {
  CoreStub core(/*ring_capacity=*/4);
  LevelReader reader(core.view());
  Checker checker(reader.indices());
  core.publish(0, 10);
  reader.poll(100, checker);
  for (int i = 2; i <= 20; ++i) core.publish(0, i * 10);
  core.publish(1, 10);
  reader.poll(100, checker);
  EXPECT_EQ(checker.lapped, 1u);
  EXPECT_EQ(checker.next[0], 21u);
  EXPECT_EQ(checker.skipped, 18u);
  EXPECT_EQ(checker.next[1], 2u);
  EXPECT_EQ(reader.stream_sequence_of(0), 0u);
}

// The writer stores the table before the ring: a reader between the two must not see it twice.
TEST(LevelReader, dropsWhatTheTableCovered) {
  CoreStub core(/*ring_capacity=*/4);
  LevelReader reader(core.view());
  Checker checker(reader.indices());
  for (int i = 1; i <= 9; ++i) core.publish(0, i * 10);
  const LevelUpdate ahead = core.make_level(0, 100);
  core.latest.store(ahead);
  reader.poll(100, checker);
  EXPECT_EQ(checker.next[0], 11u);
  core.ring.write(Record::of(ahead));
  reader.poll(100, checker);
  EXPECT_EQ(checker.levels, 1u);
}

// A core that publishes once more while the reader goes through the table.
struct Interrupted : Checker {
  Interrupted(CoreStub& writer, std::size_t indices) : Checker(indices), core(writer) {}
  void on_level(const LevelUpdate& update, std::uint64_t sequence) {
    Checker::on_level(update, sequence);
    if (!std::exchange(done, true)) core.publish(0, 100);
  }
  CoreStub& core;
  bool done = false;
};

TEST(LevelReader, missesNothingThatIsWrittenWhileItCatchesUp) {
  CoreStub core(/*ring_capacity=*/4);
  LevelReader reader(core.view());
  Interrupted checker(core, reader.indices());
  for (int i = 1; i <= 9; ++i) core.publish(0, i * 10);
  reader.poll(100, checker);
  EXPECT_EQ(checker.lapped, 1u);
  EXPECT_EQ(checker.next[0], 11u);
}

TEST(LevelReader, pairsALevelWithThePriceItWasMadeOf) {
  CoreStub core;
  LevelReader reader(core.view());
  Checker checker(reader.indices());
  EXPECT_EQ(reader.price_at(0, 100), nullptr);
  core.apply_price(0, 150'000'000);            // input 1
  LevelUpdate level = core.make_level(0, 10);  // of input 1
  core.publish(level);
  core.apply_price(0, 160'000'000);  // input 2, its level not written yet
  reader.poll(100, checker);
  EXPECT_EQ(reader.price_at(0, reader.level(0).header.input_sequence)->price.raw, 150'000'000);
  core.publish(core.make_level(0, 20));  // of input 2
  reader.poll(100, checker);
  EXPECT_EQ(reader.price_at(0, reader.level(0).header.input_sequence)->price.raw, 160'000'000);
}

TEST(LevelReader, doubtsPricesFromBeforeALap) {
  CoreStub core(/*ring_capacity=*/4);
  LevelReader reader(core.view());
  Checker checker(reader.indices());
  core.apply_price(0, 150'000'000);
  reader.poll(100, checker);
  EXPECT_TRUE(reader.price_certain(0));
  for (int i = 1; i <= 9; ++i) core.publish(0, i * 10);
  reader.poll(100, checker);
  EXPECT_FALSE(reader.price_certain(0));
  core.apply_price(0, 151'000'000);
  reader.poll(100, checker);
  EXPECT_TRUE(reader.price_certain(0));
}

// Any interleaving of one writer and one reader: seen and skipped together are all sequences.
TEST(LevelReader, accountsForEverySequenceInRandomInterleavings) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    CoreStub core(/*ring_capacity=*/8);
    LevelReader reader(core.view());
    Checker checker(reader.indices());
    std::vector<std::uint64_t> published(reader.indices());
    for (int step = 0; step < 60; ++step) {
      for (auto n = random() % 14; n > 0; --n) {
        const auto index = static_cast<IndexId>(random() % reader.indices());
        published[index] = core.publish(index, static_cast<std::int64_t>(++published[index] * 10));
      }
      reader.poll(random() % 10, checker);
    }
    while (reader.poll(100, checker) > 0) {
    }
    for (std::size_t i = 0; i < published.size(); ++i) {
      ASSERT_EQ(checker.next[i], published[i] + 1);
    }
    ASSERT_EQ(checker.levels + checker.skipped, published[0] + published[1] + published[2]);
  }
}

TEST(LevelReader, accountsForEverySequenceBesideARunningWriter) {
  constexpr std::uint64_t kLevels = 20'000;
  CoreStub core(/*ring_capacity=*/16);
  LevelReader reader(core.view());
  Checker checker(reader.indices());
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= kLevels; ++i) {
      for (IndexId index = 0; index < 3; ++index) {
        core.publish(index, static_cast<std::int64_t>(i * 10));
      }
    }
    done.store(true, std::memory_order_release);
  });
  while (!done.load(std::memory_order_acquire)) reader.poll(5, checker);
  writer.join();
  while (reader.poll(100, checker) > 0) {
  }
  for (const std::uint64_t next : checker.next) EXPECT_EQ(next, kLevels + 1);
  EXPECT_EQ(checker.levels + checker.skipped, 3 * kLevels);
}

}  // namespace
}  // namespace indexcast::server
