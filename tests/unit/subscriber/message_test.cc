#include "proto/subscriber/message.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "proto/subscriber/stream_tracker.h"

namespace indexcast::subscriber {
namespace {

using Kind = MessageReader::Kind;

v1::Level good_level() {
  v1::Level level;
  level.set_epoch(1);
  level.set_code("A/B");
  level.set_index_sequence(1);
  return level;
}

TEST(MessageReader, readsALevelWhoseCodeHasASlash) {
  MessageReader reader;
  EXPECT_EQ(reader.read("level/A/B/", good_level().SerializeAsString()), Kind::level);
  EXPECT_EQ(reader.level().code(), "A/B");
}

TEST(MessageReader, refusesALevelThatIsNone) {
  const std::function<void(v1::Level&)> spoil[] = {
      [](v1::Level& level) { level.clear_epoch(); },
      [](v1::Level& level) { level.set_code("A"); },
      [](v1::Level& level) { level.clear_index_sequence(); },
      [](v1::Level& level) { level.set_index_sequence(kSequenceMax + 1); },
  };
  MessageReader reader;
  for (const auto& each : spoil) {
    v1::Level level = good_level();
    each(level);
    EXPECT_EQ(reader.read("level/A/B/", level.SerializeAsString()), Kind::malformed)
        << level.ShortDebugString();
  }
  EXPECT_EQ(reader.read("level/A/B/", "\xff\xff"), Kind::malformed);
  EXPECT_EQ(reader.read("level/A/B", good_level().SerializeAsString()), Kind::malformed);
  EXPECT_EQ(reader.read("", ""), Kind::malformed);
}

TEST(MessageReader, refusesARangeThatIsNone) {
  struct {
    std::uint64_t from, to;
    Kind kind;
  } const cases[] = {{1, 1, Kind::skipped},
                     {5, 9, Kind::skipped},
                     {0, 9, Kind::malformed},
                     {9, 5, Kind::malformed},
                     {1, UINT64_MAX, Kind::malformed}};
  MessageReader reader;
  for (const auto& each : cases) {
    v1::Skipped skipped;
    skipped.set_epoch(1);
    skipped.set_code("A");
    skipped.set_from(each.from);
    skipped.set_to(each.to);
    EXPECT_EQ(reader.read("skipped/A/", skipped.SerializeAsString()), each.kind) << each.from;
  }
}

TEST(MessageReader, refusesAnInstantThatIsNone) {
  struct {
    std::int64_t instant;
    std::uint32_t pace_ms;
    Kind grid;
    Kind inav;
  } const cases[] = {
      {15'000'000'000, 15'000, Kind::grid, Kind::inav},
      {30'000'000'000, 15'000, Kind::grid, Kind::inav},
      {31'000'000'000, 15'000, Kind::malformed, Kind::malformed},
      {31'000'000'000, 0, Kind::malformed, Kind::inav},  // an older server tells no pace
      {0, 15'000, Kind::malformed, Kind::malformed},
      {-15'000'000'000, 15'000, Kind::malformed, Kind::malformed},
  };
  MessageReader reader;
  for (const auto& each : cases) {
    SCOPED_TRACE(each.instant);
    v1::Grid grid;
    *grid.mutable_level() = good_level();
    grid.set_grid_instant(each.instant);
    grid.set_pace_ms(each.pace_ms);
    EXPECT_EQ(reader.read("grid/A/B/", grid.SerializeAsString()), each.grid);
    v1::Inav inav;
    *inav.mutable_level() = good_level();
    inav.set_pace(v1::INAV_PACE_GRID);
    inav.set_grid_instant(each.instant);
    inav.set_pace_ms(each.pace_ms);
    EXPECT_EQ(reader.read("inav/A/B/", inav.SerializeAsString()), each.inav);
    EXPECT_EQ(reader.read("inav/A/", inav.SerializeAsString()), Kind::malformed) << "another code";
  }
}

TEST(MessageReader, saysOfWhatIndexAndEpochEachKindIs) {
  MessageReader reader;
  v1::Grid grid;
  *grid.mutable_level() = good_level();
  grid.mutable_level()->set_epoch(7);
  grid.set_grid_instant(1'000'000);
  grid.set_pace_ms(1);
  ASSERT_EQ(reader.read("grid/A/B/", grid.SerializeAsString()), Kind::grid);
  EXPECT_EQ(reader.epoch(), 7u);
  EXPECT_EQ(reader.code(), "A/B");
  v1::Inav inav;
  *inav.mutable_level() = good_level();
  inav.mutable_level()->set_epoch(8);
  ASSERT_EQ(reader.read("inav/A/B/", inav.SerializeAsString()), Kind::inav);
  EXPECT_EQ(reader.epoch(), 8u);
  EXPECT_EQ(reader.code(), "A/B");
}

TEST(MessageReader, readsEachKindOfRecord) {
  MessageReader reader;
  v1::StatusChanged status;
  status.set_epoch(1);
  status.set_code("A");
  status.set_record_sequence(7);
  EXPECT_EQ(reader.read("status/A/", status.SerializeAsString()), Kind::record);
  EXPECT_EQ(sequence_of(reader.record()), 7u);
  v1::DefinitionChanged definition;
  definition.set_epoch(2);
  definition.set_record_sequence(8);
  definition.mutable_definition()->set_code("A");
  EXPECT_EQ(reader.read("definition/A/", definition.SerializeAsString()), Kind::record);
  EXPECT_EQ(sequence_of(reader.record()), 8u);
  EXPECT_EQ(epoch_of(reader.record()), 2u);
  v1::Correction correction;
  correction.set_epoch(3);
  correction.set_record_sequence(9);
  correction.set_code("B");
  EXPECT_EQ(reader.read("correction/A/", correction.SerializeAsString()), Kind::malformed);
  EXPECT_EQ(reader.read("correction/B/", correction.SerializeAsString()), Kind::record);
  EXPECT_EQ(sequence_of(reader.record()), 9u);
  v1::PendingPrice pending;
  pending.set_epoch(4);
  pending.set_record_sequence(10);
  pending.set_code("C");
  EXPECT_EQ(reader.read("pending/A/", pending.SerializeAsString()), Kind::malformed);
  EXPECT_EQ(reader.read("pending/C/", pending.SerializeAsString()), Kind::record);
  EXPECT_EQ(sequence_of(reader.record()), 10u);
  EXPECT_EQ(epoch_of(reader.record()), 4u);
}

TEST(MessageReader, leavesTopicsThatTheLibraryDoesNotUse) {
  MessageReader reader;
  EXPECT_EQ(reader.read("fx/A/", "anything"), Kind::other);
  EXPECT_EQ(reader.epoch(), 0u);
  EXPECT_EQ(reader.code(), "");
}

}  // namespace
}  // namespace indexcast::subscriber
