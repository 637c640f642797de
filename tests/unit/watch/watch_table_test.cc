#include "server/watch/watch_table.h"

#include <gmock/gmock.h>

namespace indexcast::server {
namespace {

using testing::HasSubstr;

v1::Level level_of(std::uint64_t sequence, std::uint64_t epoch = 1) {
  v1::Level level;
  level.set_epoch(epoch);
  level.set_code("995365");
  level.set_index_sequence(sequence);
  level.set_decimals(4);
  level.set_level(10'123'456);
  level.set_change(123'456);
  level.set_change_percent(12'346);
  level.set_status(v1::INDEX_STATUS_BREAK);
  level.set_flags(0b10);
  level.set_publish_time(1'000'000);
  return level;
}

v1::Skipped skipped_of(std::uint64_t from, std::uint64_t to) {
  v1::Skipped skipped;
  skipped.set_epoch(1);
  skipped.set_code("995365");
  skipped.set_from(from);
  skipped.set_to(to);
  return skipped;
}

v1::Heartbeat heartbeat_of(std::uint64_t sequence) {
  v1::Heartbeat heartbeat;
  heartbeat.set_epoch(1);
  auto& index = *heartbeat.add_indices();
  index.set_code("995365");
  index.set_index_sequence(sequence);
  return heartbeat;
}

TEST(WatchTable, countsOnlyWhatNobodyNamed) {
  WatchTable table;
  table.take(level_of(40), {});
  EXPECT_EQ(table.lost("995365"), 0u);  // what came before the subscription
  table.take(level_of(41), {});
  table.take(skipped_of(42, 44));
  table.take(level_of(45), {});
  EXPECT_EQ(table.lost("995365"), 0u);
  EXPECT_EQ(table.skipped("995365"), 3u);
  table.take(level_of(48), {});
  EXPECT_EQ(table.lost("995365"), 2u);
}

TEST(WatchTable, findsALossAtTheEndOfABurst) {
  WatchTable table;
  table.take(level_of(5), {});
  table.take(heartbeat_of(5), {});
  EXPECT_EQ(table.lost("995365"), 0u);
  table.take(heartbeat_of(8), {});
  EXPECT_EQ(table.lost("995365"), 3u);
  table.take(level_of(9), {});
  EXPECT_EQ(table.lost("995365"), 3u);
}

TEST(WatchTable, startsAgainWithANewEpoch) {
  WatchTable table;
  table.take(level_of(500), {});
  table.take(level_of(1, /*epoch=*/2), {});
  table.take(level_of(2, /*epoch=*/2), {});
  EXPECT_EQ(table.lost("995365"), 0u);
}

TEST(WatchTable, showsLevelsStatusAndLatency) {
  WatchTable table;
  table.take(level_of(1), {1'250'000});
  const std::string line = table.line("995365");
  for (const char* text :
       {"995365", "1012.3456", "+12.3456", "+1.2346", "break", "250.0", "partial_market"}) {
    EXPECT_THAT(line, HasSubstr(text));
  }
}

TEST(WatchTable, remembersWhereALevelWent) {
  WatchTable table;
  v1::Level level = level_of(1);
  table.take(level, {1});
  EXPECT_EQ(table.rows().at("995365").moved, 0);
  level.set_index_sequence(2);
  level.set_level(10'123'457);
  table.take(level, {2});
  EXPECT_EQ(table.rows().at("995365").moved, 1);
  level.set_index_sequence(3);
  table.take(level, {3});  // the same level again
  EXPECT_EQ(table.rows().at("995365").moved_at.ns, 2);
  level.set_level(10'123'000);
  table.take(level, {4});
  EXPECT_EQ(table.rows().at("995365").moved, -1);
  EXPECT_EQ(table.levels(), 4u);
  EXPECT_EQ(table.latency().snapshot()->count(), 4u);
}

}  // namespace
}  // namespace indexcast::server
