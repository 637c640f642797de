// Events of an index: definitions, statuses, corrections, in one sequence; and statistics that
// follow the grid.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace indexcast {
namespace {

class EventRecordTest : public test::EngineFixture {
 protected:
  void open_all() {
    for (MarketId market = 0; market < 3; ++market) phase(market, MarketPhase::trading);
    price(0, PriceKind::last, "151.20");
    price(1, PriceKind::last, "17.35");
    price(2, PriceKind::last, "5.91");
  }
  void rule(std::int64_t grid_ns) {
    event(EventKind::statistics_rule, 0).value[0] = grid_ns;
    send();
  }
  std::vector<StatusChanged> statuses() const {
    std::vector<StatusChanged> found;
    for (const Record& record : log_.records) {
      if (record.kind() == RecordKind::status_changed) found.push_back(record.as<StatusChanged>());
    }
    return found;
  }
};

TEST_F(EventRecordTest, ADayBeginsWithItsDefinition) {
  const auto first = log_.records.front().as<DefinitionChanged>();
  EXPECT_EQ(first.header.kind, RecordKind::definition_changed);
  EXPECT_EQ(first.record_sequence, 1u);
  EXPECT_EQ(first.version, 1u);
  EXPECT_EQ(first.definition_set, 0u);
  EXPECT_EQ(first.header.input_sequence, 0u);
}

TEST_F(EventRecordTest, AStatusIsToldWithTheLevelThatHasItFirst) {
  open_all();
  const auto told = statuses();
  ASSERT_FALSE(told.empty());
  std::uint64_t expected = 1;
  IndexStatus before = IndexStatus::pre_open;
  bool quotable = false;
  for (const StatusChanged& change : told) {
    EXPECT_EQ(change.record_sequence, ++expected) << "no hole";
    EXPECT_EQ(change.header.detail2, static_cast<std::uint8_t>(before));
    EXPECT_EQ(change.previous_quotable, quotable);
    const LevelUpdate& level = log_.levels[change.index_sequence - 1];
    EXPECT_EQ(level.index_sequence, change.index_sequence);
    EXPECT_EQ(level.header.detail, change.header.detail);
    EXPECT_EQ(level.flags, change.flags);
    EXPECT_EQ(level.quotable, change.quotable);
    EXPECT_EQ(level.header.input_sequence, change.header.input_sequence);
    before = static_cast<IndexStatus>(change.header.detail);
    quotable = change.quotable;
  }
  EXPECT_EQ(before, IndexStatus::open);
  EXPECT_TRUE(quotable);
}

TEST_F(EventRecordTest, NothingIsToldWhileNothingThatCountsMoves) {
  open_all();
  const std::size_t told = statuses().size();
  price(0, PriceKind::last, "152.20");
  price(1, PriceKind::last, "17.36");
  EXPECT_EQ(statuses().size(), told);
}

TEST_F(EventRecordTest, AHoldAndACorrectionAreNumberedWithTheRest) {
  open_all();
  const std::uint64_t last = statuses().back().record_sequence;
  ask(ControlOp::hold, 0);
  EXPECT_EQ(statuses().back().record_sequence, last + 1);
  EXPECT_EQ(statuses().back().header.detail, static_cast<std::uint8_t>(IndexStatus::held));
  MarketEvent& request = control(ControlOp::correct_close, 0, 10'000'000);
  request.value[1] = request.value[2] = 1;
  send();
  EXPECT_EQ(last_of<Correction>(RecordKind::correction).record_sequence, last + 2);
  ask(ControlOp::release, 0);
  EXPECT_EQ(statuses().back().record_sequence, last + 3);
}

TEST_F(EventRecordTest, StatisticsFollowEveryLevelByDefault) {
  open_all();
  price(0, PriceKind::last, "152.20");
  EXPECT_EQ(log_.levels.back().high, log_.levels.back().level);
}

TEST_F(EventRecordTest, StatisticsOfTheGridSeeOnlyItsInstants) {
  rule(kNsPerSecond);
  open_all();
  const Level opened = log_.levels.back().open;
  price(0, PriceKind::last, "155");
  EXPECT_EQ(log_.levels.back().high, opened) << "between two instants";
  price(0, PriceKind::last, "152.20");
  const Level at_instant = log_.levels.back().level;
  const std::size_t published = log_.levels.size();
  seconds_pass(1);
  ASSERT_EQ(log_.levels.size(), published + 1) << "a new high is published";
  EXPECT_EQ(log_.levels.back().high, at_instant);
  EXPECT_EQ(log_.levels.back().low, opened);
  EXPECT_EQ(log_.levels.back().cause(), Cause::timer);
  seconds_pass(3);
  EXPECT_EQ(log_.levels.size(), published + 1) << "and once";
}

TEST_F(EventRecordTest, StatisticsOfTheGridRestWhileAnIndexIsHeld) {
  rule(kNsPerSecond);
  open_all();
  price(0, PriceKind::last, "152.20");
  ask(ControlOp::hold, 0);
  const std::size_t published = log_.levels.size();
  seconds_pass(2);
  EXPECT_EQ(log_.levels.size(), published);
}

TEST_F(EventRecordTest, APaceBelowZeroIsRefused) {
  const auto before = counters_.get(CoreCounter::unknown_rejected);
  rule(-1);
  EXPECT_EQ(counters_.get(CoreCounter::unknown_rejected), before + 1);
}

}  // namespace
}  // namespace indexcast
