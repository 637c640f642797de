#include "server/app/ring_sinks.h"

#include <gtest/gtest.h>

namespace indexcast::server {
namespace {

TEST(FeedRingSink, MakesRoomInsteadOfLosing) {
  FeedRingSink sink(4);
  feed::FeedCounters counters;
  std::vector<std::int64_t> taken;
  sink.attach(counters, [&] {
    taken.push_back(sink.ring().front()->value[0]);
    sink.ring().pop();
  });
  for (std::int64_t n = 0; n < 10; ++n) {
    MarketEvent event;
    event.value[0] = n;
    sink.push(event);
  }
  while (const MarketEvent* event = sink.ring().front()) {
    taken.push_back(event->value[0]);
    sink.ring().pop();
  }
  EXPECT_EQ(taken, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(counters.get(feed::FeedCounter::ring_full_waits), 6u);
}

MarketEvent channel_event(std::uint32_t channel, FeedState state, std::int64_t at) {
  MarketEvent event;
  event.kind = EventKind::feed_state;
  event.detail = static_cast<std::uint8_t>(state);
  event.channel = channel;
  event.receive_time = TimeNs{at};
  return event;
}

TEST(FeedRingSink, KeepsTheNewestStateOfEachChannel) {
  FeedRingSink sink(16);
  sink.push(channel_event(20, FeedState::live, 1));
  sink.push(channel_event(0, FeedState::gap, 2));  // the feed as a whole
  sink.push(channel_event(30, FeedState::live, 3));
  sink.push(channel_event(20, FeedState::recovering, 4));
  MarketEvent price = channel_event(20, FeedState::stale, 5);
  price.kind = EventKind::price;
  sink.push(price);
  ASSERT_EQ(sink.channels().size(), 2u);
  EXPECT_EQ(sink.channels().at(0).channel, 20u);
  EXPECT_EQ(sink.channels().at(0).state, FeedState::recovering);
  EXPECT_EQ(sink.channels().at(0).since, TimeNs{4});
  EXPECT_EQ(sink.channels().at(1).state, FeedState::live);
}

TEST(FeedRingSink, CountsTheChannelsThatItHasNoRoomFor) {
  FeedRingSink sink(256);
  for (std::uint32_t channel = 1; channel <= FeedChannelStates::kCapacity + 2; ++channel) {
    sink.push(channel_event(channel, FeedState::live, 1));
  }
  EXPECT_EQ(sink.channels().size(), FeedChannelStates::kCapacity);
  EXPECT_EQ(sink.channels().left_out(), 2u);
}

TEST(BroadcastSink, WritesTheTableBeforeTheRingAndStampsTheTime) {
  BroadcastRing ring(8);
  BroadcastRing event_ring(8);
  LatestTable latest(2);
  BroadcastSink sink(ring, event_ring, latest, Clock());
  LevelUpdate update;
  update.header.id = 1;
  update.index_sequence = 7;
  sink.write(update);
  LevelUpdate stored;
  ASSERT_TRUE(latest.load(1, stored));
  EXPECT_EQ(stored.index_sequence, 7u);
  EXPECT_GT(stored.calculation_time.ns, 0);
  Record record;
  ASSERT_EQ(ring.read(0, record), BroadcastRing::ReadResult::record);
  EXPECT_EQ(record.as<LevelUpdate>().calculation_time, stored.calculation_time);
  EXPECT_EQ(event_ring.head(), 0u);
}

TEST(BroadcastSink, KeepsRecordsOfTheDayApart) {
  BroadcastRing ring(8);
  BroadcastRing event_ring(8);
  LatestTable latest(1);
  BroadcastSink sink(ring, event_ring, latest, Clock());
  sink.write(Record::of(StatusChanged{}));
  sink.write(Record::of(DefinitionChanged{}));
  sink.write(Record::of(Correction{}));
  sink.write(Record::of(TimerTick{}));
  EXPECT_EQ(event_ring.head(), 3u);
  EXPECT_EQ(ring.head(), 3u) << "a status stands in its level";
}

}  // namespace
}  // namespace indexcast::server
