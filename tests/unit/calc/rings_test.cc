#include <gtest/gtest.h>

#include <thread>

#include "calc/broadcast_ring.h"
#include "calc/latest_table.h"
#include "calc/spsc_ring.h"

namespace indexcast {
namespace {

TEST(SpscRing, RefusesWhenFullAndLosesNothing) {
  SpscRing<int> ring(3);
  EXPECT_EQ(ring.capacity(), 4u);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.try_push(i));
  EXPECT_FALSE(ring.try_push(4));
  for (int i = 0; i < 4; ++i) {
    ASSERT_NE(ring.front(), nullptr);
    EXPECT_EQ(*ring.front(), i);
    ring.pop();
  }
  EXPECT_EQ(ring.front(), nullptr);
}

TEST(SpscRing, CarriesEverythingInOrderBetweenThreads) {
  constexpr int kCount = 200'000;
  SpscRing<int> ring(64);
  std::thread producer([&] {
    for (int i = 0; i < kCount; ++i) {
      while (!ring.try_push(i)) std::this_thread::yield();
    }
  });
  for (int expected = 0; expected < kCount;) {
    const int* value = ring.front();
    if (value == nullptr) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(*value, expected++);
    ring.pop();
  }
  producer.join();
}

// A record whose every word is its number, so that a torn read shows.
Record numbered(std::uint64_t n) {
  Record record;
  record.words.fill(n);
  return record;
}

TEST(BroadcastRing, EveryReaderSeesEveryRecord) {
  BroadcastRing ring(8);
  BroadcastReader first(ring);
  BroadcastReader second(ring);
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(ring.write(numbered(i)), i);
  Record record;
  for (BroadcastReader* reader : {&first, &second}) {
    for (std::uint64_t i = 0; i < 5; ++i) {
      ASSERT_EQ(reader->poll(record), BroadcastRing::ReadResult::record);
      EXPECT_EQ(record.words[7], i);
    }
    EXPECT_EQ(reader->poll(record), BroadcastRing::ReadResult::empty);
  }
}

TEST(BroadcastRing, ALappedReaderIsToldAndResumesAtTheHead) {
  BroadcastRing ring(8);
  BroadcastReader reader(ring);
  for (std::uint64_t i = 0; i < 9; ++i) ring.write(numbered(i));
  Record record;
  EXPECT_EQ(reader.poll(record), BroadcastRing::ReadResult::lapped);
  EXPECT_EQ(reader.resume(), 9u);
  EXPECT_EQ(reader.poll(record), BroadcastRing::ReadResult::empty);
  ring.write(numbered(9));
  ASSERT_EQ(reader.poll(record), BroadcastRing::ReadResult::record);
  EXPECT_EQ(record.words[0], 9u);
}

TEST(BroadcastRing, NoRecordIsTornUnderAWriterThatLapsItsReader) {
  constexpr std::uint64_t kCount = 300'000;
  BroadcastRing ring(16);
  std::thread writer([&] {
    for (std::uint64_t i = 0; i < kCount; ++i) ring.write(numbered(i));
  });
  BroadcastReader reader(ring, 0);
  std::uint64_t seen = 0;
  std::uint64_t left_out = 0;
  Record record;
  while (seen + left_out < kCount) {
    switch (reader.poll(record)) {
      case BroadcastRing::ReadResult::record:
        for (const std::uint64_t word : record.words) ASSERT_EQ(word, seen + left_out);
        ++seen;
        break;
      case BroadcastRing::ReadResult::lapped:
        left_out += reader.resume();
        break;
      case BroadcastRing::ReadResult::empty:
        std::this_thread::yield();
        break;
    }
  }
  writer.join();
  EXPECT_EQ(seen + left_out, kCount);
}

TEST(LatestTable, ReadsAreWholeWhileTheWriterWrites) {
  LatestTable table(1);
  LevelUpdate update;
  EXPECT_FALSE(table.load(0, update));
  std::thread writer([&] {
    for (std::int64_t i = 1; i <= 100'000; ++i) {
      LevelUpdate next;
      next.index_sequence = static_cast<std::uint64_t>(i);
      next.level = next.high = next.low = Level{i};
      table.store(next);
    }
  });
  std::uint64_t last = 0;
  while (last < 100'000) {
    if (!table.load(0, update)) continue;
    ASSERT_GE(update.index_sequence, last);
    last = update.index_sequence;
    ASSERT_EQ(update.level.raw, static_cast<std::int64_t>(last));
    ASSERT_EQ(update.low, update.level);
  }
  writer.join();
}

}  // namespace
}  // namespace indexcast
