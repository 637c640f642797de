#include "server/tools/watch/watch_table.h"

#include <gmock/gmock.h>

namespace indexcast::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

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
  const std::string line = table.line("995365", /*current=*/true);
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

v1::Heartbeat heartbeat_at(std::int64_t published_ns, std::uint64_t sequence = 0) {
  v1::Heartbeat heartbeat = heartbeat_of(sequence);
  heartbeat.set_publish_time(published_ns);
  heartbeat.set_pages(sequence == 0 ? 0 : 1);
  if (sequence == 0) heartbeat.clear_indices();
  return heartbeat;
}

class WatchTableLife : public testing::Test {
 protected:
  bool current(std::int64_t now_ns) const {
    return table_.is_current(table_.rows().at("995365"), {now_ns});
  }
  WatchTable table_;
};

TEST_F(WatchTableLife, ALevelIsNoHeartbeat) {
  table_.take(level_of(1), {kNsPerSecond});
  EXPECT_FALSE(table_.is_alive({kNsPerSecond}));
  EXPECT_FALSE(current(kNsPerSecond));
}

TEST_F(WatchTableLife, ALevelIsCurrentForTwoSecondsAfterAHeartbeat) {
  table_.take(level_of(1), {kNsPerSecond});
  table_.take(heartbeat_at(1), {kNsPerSecond});
  EXPECT_TRUE(current(kNsPerSecond + kSilenceNs));
  EXPECT_FALSE(current(kNsPerSecond + kSilenceNs + 1));
  EXPECT_THAT(table_.line("995365", false), Not(HasSubstr("break")));
}

// The server's clock is an hour behind. Heartbeats that waited while this machine slept arrive
// together.
TEST_F(WatchTableLife, AnOldHeartbeatThatArrivesLateProvesNoLife) {
  constexpr std::int64_t kHour = 3600 * kNsPerSecond;
  table_.take(level_of(1), {kHour});
  table_.take(heartbeat_at(1), {kHour + 1});
  EXPECT_TRUE(current(kHour + 1));
  const std::int64_t woken = kHour + 60 * kNsPerSecond;
  for (int i = 1; i < 10; ++i) table_.take(heartbeat_at(1 + i * kNsPerSecond), {woken});
  EXPECT_FALSE(table_.is_alive({woken}));
  table_.take(heartbeat_at(60 * kNsPerSecond), {woken});
  EXPECT_TRUE(table_.is_alive({woken}));
  EXPECT_FALSE(current(woken)) << "levels may have been missed";
  table_.take(heartbeat_at(60 * kNsPerSecond, /*sequence=*/1), {woken});
  EXPECT_TRUE(current(woken));
}

TEST_F(WatchTableLife, ALevelThatATableHasOvertakenIsNotCurrent) {
  table_.take(level_of(7), {kNsPerSecond});
  table_.take(heartbeat_at(1, 7), {kNsPerSecond});
  EXPECT_TRUE(current(kNsPerSecond));
  table_.take(heartbeat_at(2, 8), {kNsPerSecond + 1});
  EXPECT_FALSE(current(kNsPerSecond + 1));
  table_.take(level_of(9), {kNsPerSecond + 2});
  EXPECT_TRUE(current(kNsPerSecond + 2));
}

TEST_F(WatchTableLife, NothingIsCurrentWithoutAConnection) {
  table_.take(level_of(7), {kNsPerSecond});
  table_.take(heartbeat_at(1, 7), {kNsPerSecond});
  table_.disconnect();
  EXPECT_FALSE(current(kNsPerSecond));
  EXPECT_EQ(table_.state({kNsPerSecond}, {}), ServerState::silent);
}

TEST_F(WatchTableLife, NamesCodesThatTheServerDoesNotHave) {
  WatchTable table({"995366", "999999", "995365"});
  EXPECT_THAT(table.unknown(), IsEmpty()) << "before any table";
  v1::Heartbeat page = heartbeat_at(1, 7);
  page.set_pages(2);
  table.take(page, {kNsPerSecond});
  EXPECT_THAT(table.unknown(), IsEmpty()) << "after half a table";
  page.set_page(1);
  page.mutable_indices(0)->set_code("995366");
  page.mutable_indices()->Add()->set_code("995367");
  table.take(page, {kNsPerSecond});
  EXPECT_THAT(table.unknown(), ElementsAre("999999"));
  EXPECT_THAT(table.rows(), SizeIs(2)) << "those that are followed and known, without a level";
}

TEST_F(WatchTableLife, ADayIsClosedWhenEveryIndexIs) {
  v1::Level level = level_of(7);
  level.set_status(v1::INDEX_STATUS_CLOSED);
  table_.take(level, {kNsPerSecond});
  table_.take(heartbeat_at(1, 7), {kNsPerSecond});
  EXPECT_EQ(table_.state({kNsPerSecond}, {}), ServerState::closed);
  level.set_code("995366");
  level.set_status(v1::INDEX_STATUS_OPEN);
  table_.take(level, {kNsPerSecond});
  EXPECT_EQ(table_.state({kNsPerSecond}, {}), ServerState::live);
}

}  // namespace
}  // namespace indexcast::server
