// A channel that asks for what both lines lost.
#include <gtest/gtest.h>

#include "tests/unit/hkex/recovery_support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::Line;
using feed::NumberRange;
using test::at;
using test::kAlibaba;
using test::kTencent;
using test::packet;
using test::RecoveryRig;
using test::States;
using test::traded;
using Prices = std::vector<std::int64_t>;
using enum FeedState;

Settings retransmission_only() { return test::with_retransmission(); }

// Numbers 1 .. 9, then 12: 10 and 11 are missing.
void make_hole(RecoveryRig& rig) {
  for (std::uint32_t i = 1; i <= 9; ++i) rig.receive(packet(i, rig.now, traded(kTencent, 1)));
  rig.receive(packet(12, rig.now, traded(kTencent, 12)));
  rig.log.events.clear();
}

TEST(Retransmission, FillsAHoleAndDeliversInOrder) {
  RecoveryRig rig(retransmission_only());
  make_hole(rig);
  rig.pass(rig.settings.reorder_wait_ns - 1);
  EXPECT_TRUE(rig.service.asked.empty());
  rig.pass(1);
  ASSERT_EQ(rig.service.asked.size(), 1u);
  EXPECT_EQ(rig.service.asked[0].channel, 1u);
  EXPECT_EQ(rig.service.asked[0].range, (NumberRange{10, 12}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.receive(packet(13, rig.now, traded(kTencent, 13)));
  EXPECT_TRUE(rig.prices().empty());
  rig.retransmit(packet(10, at(9, 0), traded(kTencent, 10), traded(kTencent, 11)));
  EXPECT_EQ(rig.prices(), (Prices{10, 11, 12, 13}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  EXPECT_EQ(rig.log.events.front().kind, EventKind::feed_state);
  EXPECT_EQ(static_cast<FeedState>(rig.log.events.back().detail), live);
  EXPECT_EQ(rig.count(FeedCounter::sequence_recovered), 2u);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(rig.count(FeedCounter::gaps), 0u);
  EXPECT_EQ(rig.numbers(), 13u);
}

TEST(Retransmission, AsksOnceForSeveralHoles) {
  RecoveryRig rig(retransmission_only());
  make_hole(rig);
  rig.receive(packet(15, rig.now, traded(kTencent, 15)));
  rig.receive(packet(16, rig.now, traded(kTencent, 16)));
  rig.pass_wait();
  ASSERT_EQ(rig.service.asked.size(), 1u);
  EXPECT_EQ(rig.service.asked[0].range, (NumberRange{10, 15}));
  for (std::uint32_t i = 10; i < 15; ++i) {
    rig.retransmit(packet(i, rig.now, traded(kTencent, static_cast<std::int32_t>(i))));
  }
  EXPECT_EQ(rig.prices(), (Prices{10, 11, 12, 13, 14, 15, 16}));
  EXPECT_EQ(rig.numbers(), 16u);
  EXPECT_EQ(rig.handler.channel_state(1), live);
}

TEST(Retransmission, IsNotNeededWhenTheOtherLineBringsItLate) {
  RecoveryRig rig(retransmission_only());
  make_hole(rig);
  rig.pass_wait();
  rig.receive(packet(10, rig.now, traded(kTencent, 10), traded(kTencent, 11)), Line::b);
  EXPECT_EQ(rig.prices(), (Prices{10, 11, 12}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  EXPECT_EQ(rig.service.cancelled, (std::vector<RequestId>{1}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_recovered), 0u);
}

TEST(Retransmission, AsksAgainForWhatAPartialAnswerLeft) {
  RecoveryRig rig(retransmission_only());
  make_hole(rig);
  rig.pass_wait();
  rig.retransmit(packet(10, rig.now, traded(kTencent, 10)));
  rig.done(RetransmissionOutcome::complete);
  ASSERT_EQ(rig.service.asked.size(), 2u);
  EXPECT_EQ(rig.service.asked[1].range, (NumberRange{11, 12}));
  rig.done(RetransmissionOutcome::complete);  // nothing came this time
  EXPECT_EQ(rig.service.asked.size(), 2u);
  EXPECT_EQ(rig.prices(), (Prices{10, 12}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 1u);
  EXPECT_EQ(rig.states(), (States{recovering, gap}));
}

class Refusal : public testing::TestWithParam<RetransmissionOutcome> {};

TEST_P(Refusal, LosesTheHoleWhereThereIsNoRefresh) {
  RecoveryRig rig(retransmission_only());
  make_hole(rig);
  rig.pass_wait();
  rig.done(GetParam());
  EXPECT_EQ(rig.prices(), (Prices{12}));
  EXPECT_EQ(rig.states(), (States{recovering, gap}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(rig.numbers(), 12u);
  rig.receive(packet(13, rig.now, traded(kTencent, 13)));
  EXPECT_EQ(rig.handler.channel_state(1), gap);
  rig.receive(packet(14, rig.now, traded(kAlibaba, 14)));
  EXPECT_EQ(rig.handler.channel_state(1), live);
}

TEST_P(Refusal, WaitsForARefreshWhereThereIsOne) {
  RecoveryRig rig;
  make_hole(rig);
  rig.end_of_a_round();
  ASSERT_EQ(rig.service.asked.size(), 1u);
  rig.done(GetParam());
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(11, 1011);
  EXPECT_EQ(rig.prices(), (Prices{1011, 12}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(rig.count(FeedCounter::refreshes), 1u);
}

INSTANTIATE_TEST_SUITE_P(Outcomes, Refusal,
                         testing::Values(RetransmissionOutcome::refused,
                                         RetransmissionOutcome::quota_reached,
                                         RetransmissionOutcome::failed));

TEST(Retransmission, IsGivenUpWithoutProgress) {
  Settings settings = retransmission_only();
  settings.silence_ns = 10 * settings.retransmission.give_up_ns;
  RecoveryRig rig(settings);
  make_hole(rig);
  rig.pass_wait();
  rig.pass(settings.retransmission.give_up_ns - 1);
  rig.retransmit(packet(10, rig.now, traded(kTencent, 10)));
  rig.pass(settings.retransmission.give_up_ns - 1);
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.pass(1);
  EXPECT_EQ(rig.handler.channel_state(1), gap);
  EXPECT_EQ(rig.prices(), (Prices{10, 12}));
  EXPECT_EQ(rig.service.cancelled, (std::vector<RequestId>{1}));
}

TEST(Retransmission, IsNotAskedForMoreThanTheServiceKeeps) {
  Settings settings = retransmission_only();
  settings.retransmission.messages_available = 2;
  RecoveryRig rig(settings);
  make_hole(rig);
  rig.pass_wait();
  EXPECT_TRUE(rig.service.asked.empty());
  EXPECT_EQ(rig.states(), (States{gap}));
}

TEST(Retransmission, LosesAsBeforeWhenTheServiceTakesNoRequest) {
  RecoveryRig rig(retransmission_only());
  rig.service.available = false;
  make_hole(rig);
  rig.pass_wait();
  EXPECT_EQ(rig.prices(), (Prices{12}));
  EXPECT_EQ(rig.states(), (States{gap}));
}

TEST(Retransmission, GivesUpTheHoleWhenItCanHoldNoMore) {
  Settings settings = retransmission_only();
  settings.reorder_capacity = 2;
  settings.recovery_capacity = 4;
  RecoveryRig rig(settings);
  make_hole(rig);
  rig.receive(packet(13, rig.now, traded(kTencent, 13)));  // reorder_capacity: no waiting
  ASSERT_EQ(rig.service.asked.size(), 1u);
  rig.receive(packet(14, rig.now, traded(kTencent, 14)));
  rig.receive(packet(15, rig.now, traded(kTencent, 15)));
  EXPECT_TRUE(rig.prices().empty());
  rig.receive(packet(16, rig.now, traded(kTencent, 16)));
  EXPECT_EQ(rig.prices(), (Prices{12, 13, 14, 15, 16}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(rig.handler.channel_state(1), gap);
  EXPECT_EQ(rig.service.cancelled.size(), 1u);
}

TEST(Retransmission, IsDroppedByAReset) {
  RecoveryRig rig(retransmission_only());
  make_hole(rig);
  rig.pass_wait();
  rig.receive(packet(9, at(10, 0), SequenceReset{1}));
  EXPECT_EQ(rig.service.cancelled, (std::vector<RequestId>{1}));
  EXPECT_EQ(rig.handler.channel_state(1), live);
  rig.done(RetransmissionOutcome::failed);  // too late to mean anything
  rig.receive(packet(1, at(10, 0, 1), traded(kTencent, 77)));
  EXPECT_EQ(rig.prices(), (Prices{12, 77}));
}

TEST(Retransmission, ServesEachChannelByItself) {
  Settings settings = test::with_retransmission();
  settings.channels.push_back({2, {}, {}});
  RecoveryRig rig(settings);
  rig.handler.on_datagram(2, Line::a, packet(1, rig.now, traded(kTencent, 2001)).bytes(), rig.now);
  make_hole(rig);
  rig.pass_wait();
  rig.handler.on_datagram(2, Line::a, packet(2, rig.now, traded(kTencent, 2002)).bytes(), rig.now);
  EXPECT_EQ(rig.prices(), (Prices{2002}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  EXPECT_EQ(rig.handler.channel_state(2), live);
  EXPECT_EQ(rig.handler.state(), recovering);
}

TEST(Retransmission, OpensInMidSessionWithoutAsking) {
  RecoveryRig rig(retransmission_only());
  rig.receive(packet(500, rig.now, traded(kTencent, 500)));
  rig.pass_wait();
  EXPECT_TRUE(rig.service.asked.empty());
  EXPECT_EQ(rig.prices(), (Prices{500}));
  EXPECT_EQ(rig.states(), (States{live}));
  EXPECT_EQ(rig.numbers(), 1u);
}

}  // namespace
}  // namespace indexcast::hkex
