#include "server/messages/record_pages.h"

#include <gmock/gmock.h>

#include "tests/support/core_stub.h"

namespace indexcast::server {
namespace {

using testing::ElementsAre;

constexpr IndexId kIndex = 1;

class RecordPagesTest : public testing::Test {
 protected:
  void change_status(std::uint32_t flags) {
    StatusChanged record;
    record.flags = flags;
    core_.write_event(kIndex, record);
  }
  void change_definition(std::uint32_t definition_set) {
    DefinitionChanged record;
    record.definition_set = definition_set;
    core_.write_event(kIndex, record);
  }
  void decide(InstrumentId instrument, Decision decision, DecisionSubject subject) {
    PendingPrice record;
    record.header.detail = static_cast<std::uint8_t>(decision);
    record.header.detail3 = static_cast<std::uint8_t>(subject);
    record.instrument = instrument;
    core_.write_event(kIndex, record);
  }
  // Record sequences of what is pending.
  std::vector<std::uint64_t> pending(IndexId index = kIndex) {
    while (pages_.poll(100, [](IndexId) {}) > 0) {
    }
    v1::Snapshot snapshot;
    pages_.append_pending(index, TimeNs{9}, *snapshot.mutable_pending());
    std::vector<std::uint64_t> out;
    for (const v1::PendingPrice& each : snapshot.pending()) {
      EXPECT_EQ(each.publish_time(), 9);
      out.push_back(each.record_sequence());
    }
    return out;
  }
  v1::RecordsReply records(std::uint64_t from, std::uint64_t to = 0) {
    while (pages_.poll(100, [](IndexId) {}) > 0) {
    }
    v1::RecordsReply out;
    pages_.append(kIndex, from, to, TimeNs{9}, out);
    return out;
  }
  std::shared_ptr<const Universe> version(std::uint32_t number) {
    std::vector<IndexDefinition> definitions = stub_definitions();
    definitions[kIndex].version = number;
    return std::make_shared<const Universe>(std::move(definitions), core_.universe);
  }

  CoreStub core_;
  RecordPages pages_{core_.view()};
};

TEST_F(RecordPagesTest, haveTheRecordsOfTheDay) {
  change_definition(0);
  change_status(1);
  change_status(2);
  const v1::RecordsReply reply = records(2);
  ASSERT_EQ(reply.records_size(), 2);
  EXPECT_EQ(reply.records(0).status().record_sequence(), 2u);
  EXPECT_EQ(reply.records(1).status().flags(), 2u);
  EXPECT_EQ(reply.records(1).status().publish_time(), 9);
  EXPECT_EQ(reply.complete_to(), 3u);
  EXPECT_EQ(reply.unavailable_before(), 0u);
  EXPECT_EQ(records(1, 1).records(0).definition().definition().version(), 1u);
}

TEST_F(RecordPagesTest, beyondTheNewestThereIsNothing) {
  EXPECT_EQ(records(1).records_size(), 0);
  change_status(1);
  EXPECT_EQ(records(2, 5).records_size(), 0);
  EXPECT_EQ(records(2, 5).complete_to(), 1u);
}

TEST_F(RecordPagesTest, aDefinitionStaysWhatItWasWhenItsDefinitionSetIsForgotten) {
  change_definition(0);
  EXPECT_EQ(records(1).records_size(), 1);
  change_definition(core_.definition_sets.add(version(7), 0));
  EXPECT_EQ(records(1).records_size(), 2);
  core_.definition_sets.add(version(8), 1);  // set 0 is dropped
  const v1::RecordsReply reply = records(1);
  EXPECT_EQ(reply.records(0).definition().definition().version(), 1u);
  EXPECT_EQ(reply.records(1).definition().definition().version(), 7u);
}

TEST_F(RecordPagesTest, sayWhatIsPending) {
  EXPECT_THAT(pending(), ElementsAre());
  decide(0, Decision::pending, DecisionSubject::price);
  decide(1, Decision::pending, DecisionSubject::price);
  decide(0, Decision::pending, DecisionSubject::level_guard);
  EXPECT_THAT(pending(), ElementsAre(1, 2, 3));
  decide(0, Decision::accepted, DecisionSubject::price);
  EXPECT_THAT(pending(), ElementsAre(2, 3));
  decide(1, Decision::pending, DecisionSubject::price);
  EXPECT_THAT(pending(), ElementsAre(3, 5)) << "the last one of a member";
  decide(1, Decision::refused, DecisionSubject::price);
  decide(0, Decision::refused, DecisionSubject::level_guard);
  EXPECT_THAT(pending(), ElementsAre());
  EXPECT_EQ(records(1).records_size(), 7);
  EXPECT_EQ(records(7).records(0).pending().decision(), v1::DECISION_REFUSED);
}

TEST_F(RecordPagesTest, aGuardThatAnOperatorLiftedIsNotPending) {
  decide(0, Decision::pending, DecisionSubject::price);
  decide(1, Decision::pending, DecisionSubject::level_guard);
  StatusChanged status;
  status.flags = kLevelGuard | kPricePending;
  core_.write_event(kIndex, status);
  EXPECT_THAT(pending(), ElementsAre(1, 2));
  status.previous_flags = status.flags;
  status.flags = kPricePending;
  core_.write_event(kIndex, status);
  EXPECT_THAT(pending(), ElementsAre(1));
}

TEST_F(RecordPagesTest, forgetWhatIsPendingOnceRecordsWereMissed) {
  decide(0, Decision::pending, DecisionSubject::price);
  EXPECT_THAT(pending(), ElementsAre(1));
  for (std::uint32_t i = 0; i < 100; ++i) change_status(i);
  EXPECT_THAT(pending(), ElementsAre());
}

// The stub keeps 64.
TEST_F(RecordPagesTest, sayWhatTheyHaveNoMore) {
  for (std::uint32_t i = 1; i <= 100; ++i) {
    change_status(i);
    records(1);
  }
  const v1::RecordsReply reply = records(1);
  EXPECT_EQ(reply.unavailable_before(), 37u);
  ASSERT_EQ(reply.records_size(), 64);
  EXPECT_EQ(reply.records(0).status().flags(), 37u);
}

}  // namespace
}  // namespace indexcast::server
