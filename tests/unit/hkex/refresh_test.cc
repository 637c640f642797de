// A channel that is put together again by a snapshot.
#include <gtest/gtest.h>

#include "tests/unit/hkex/recovery_support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::Line;
using test::at;
using test::kAlibaba;
using test::kStranger;
using test::kTencent;
using test::packet;
using test::RecoveryRig;
using test::States;
using test::traded;
using Prices = std::vector<std::int64_t>;
using enum FeedState;

Settings refresh_only() { return test::with_refresh(); }

void receive(RecoveryRig& rig, std::uint32_t sequence, Line line = Line::a) {
  rig.receive(packet(sequence, rig.now, traded(kTencent, static_cast<std::int32_t>(sequence))),
              line);
}

// A live channel at number 9, with a round of its refresh channel about to begin.
void open(RecoveryRig& rig) {
  for (std::uint32_t i = 1; i <= 9; ++i) receive(rig, i);
  rig.end_of_a_round();
  rig.log.events.clear();
}

TEST(Refresh, StartsAChannelInMidSession) {
  RecoveryRig rig(refresh_only());
  receive(rig, 500);
  EXPECT_EQ(rig.states(), (States{recovering}));
  rig.pass_wait();
  receive(rig, 501);
  rig.end_of_a_round();
  receive(rig, 502);
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(500, 1500);
  EXPECT_EQ(rig.prices(), (Prices{1500, 501, 502}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  EXPECT_EQ(static_cast<FeedState>(rig.log.events[rig.log.events.size() - 2].detail), live);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(rig.numbers(), 3u);
  EXPECT_EQ(test::outcomes(rig.handler.counters()), 3u);
  EXPECT_EQ(rig.count(FeedCounter::duplicate), 1u);  // 500, that the snapshot stands for
  EXPECT_EQ(rig.count(FeedCounter::refresh_messages), 3u);
}

TEST(Refresh, StartsASilentChannel) {
  RecoveryRig rig(refresh_only());
  rig.receive(PacketBuilder(1'000'000, rig.now));
  rig.end_of_a_round();
  rig.refresh(1'000'000, 55);
  EXPECT_EQ(rig.prices(), (Prices{55}));
  EXPECT_EQ(rig.handler.channel_state(1), live);
  receive(rig, 1'000'001);
  EXPECT_EQ(rig.numbers(), 1u);
}

TEST(Refresh, IsNotNeededAtTheStartOfTheDay) {
  RecoveryRig rig(refresh_only());
  receive(rig, 1);
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  EXPECT_EQ(rig.prices(), (Prices{1}));
}

TEST(Refresh, TakesThePlaceOfAHole) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 12);
  receive(rig, 13);
  rig.pass_wait();
  receive(rig, 14);
  rig.refresh(12, 1012);
  EXPECT_EQ(rig.prices(), (Prices{1012, 13, 14}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(rig.count(FeedCounter::gaps), 0u);
  EXPECT_EQ(rig.numbers(), 14u);
  for (const MarketEvent& event : rig.log.of(EventKind::price)) EXPECT_GE(event.feed_sequence, 12u);
}

TEST(Refresh, UsesTheRoundThatWasUnderWay) {
  RecoveryRig rig(refresh_only());
  open(rig);
  rig.receive_refresh(packet(rig.refresh_next, rig.now, traded(kTencent, 1000)));
  receive(rig, 12);
  rig.pass_wait();
  rig.receive_refresh(packet(rig.refresh_next + 1, rig.now, RefreshComplete{11}));
  EXPECT_EQ(rig.prices(), (Prices{1000, 12}));
}

TEST(Refresh, MayBeAheadOfTheChannel) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 12);
  rig.pass_wait();
  rig.refresh(20, 1020);
  EXPECT_EQ(rig.handler.channel_state(1), live);
  receive(rig, 13);  // the snapshot has it
  receive(rig, 21);
  EXPECT_EQ(rig.prices(), (Prices{1020, 21}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 10u);  // 10, 11 and 13 .. 20
  EXPECT_EQ(rig.numbers(), 21u);
}

struct Unusable {
  const char* name;
  std::uint32_t last;
};

class UnusableRound : public testing::TestWithParam<Unusable> {};

TEST_P(UnusableRound, IsPassedOver) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 12);
  receive(rig, 15);
  rig.pass_wait();
  rig.refresh(GetParam().last, 1000);
  EXPECT_TRUE(rig.prices().empty());
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.refresh(14, 1014);
  EXPECT_EQ(rig.prices(), (Prices{1014, 15}));
  EXPECT_EQ(rig.count(FeedCounter::refreshes), 1u);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 4u);
}

INSTANTIATE_TEST_SUITE_P(Rounds, UnusableRound,
                         testing::Values(Unusable{"older_than_the_hole", 8},
                                         Unusable{"at_the_hole", 9},
                                         Unusable{"inside_the_hole", 10},
                                         Unusable{"inside_the_next_hole", 13},
                                         Unusable{"of_another_numbering", 1'000'000}),
                         [](const auto& tested) { return tested.param.name; });

TEST(Refresh, LeavesALaterHoleToBeRecoveredByItself) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 12);
  rig.pass_wait();
  receive(rig, 15);
  rig.refresh(11, 1011);
  EXPECT_EQ(rig.prices(), (Prices{1011, 12}));
  EXPECT_EQ(rig.handler.channel_state(1), live);  // within the short wait
  rig.pass_wait();
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.refresh(14, 1014);
  EXPECT_EQ(rig.prices(), (Prices{1011, 12, 1014, 15}));
}

TEST(Refresh, NeedsAWholeRound) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 12);
  rig.pass_wait();
  ++rig.refresh_next;  // one message of the round is lost
  rig.refresh(12, 1012);
  rig.pass_wait();
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(12, 2012);
  EXPECT_EQ(rig.prices(), (Prices{2012}));
}

TEST(Refresh, ArbitratesItsLines) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 12);
  rig.pass_wait();
  const std::uint32_t next = rig.refresh_next;
  rig.receive_refresh(packet(next + 1, rig.now, RefreshComplete{12}), Line::a);
  rig.receive_refresh(packet(next, rig.now, traded(kTencent, 1012)), Line::b);
  EXPECT_EQ(rig.prices(), (Prices{1012}));
}

TEST(Refresh, AResetOfItsOwnDoesNotTouchTheChannel) {
  RecoveryRig rig(refresh_only());
  open(rig);
  rig.receive_refresh(packet(7, rig.now, SequenceReset{1}));
  rig.receive_refresh(packet(1, rig.now + kNsPerMs, traded(kTencent, 4711)));
  receive(rig, 10);
  EXPECT_EQ(rig.prices(), (Prices{10}));
  EXPECT_TRUE(rig.states().empty());
  EXPECT_EQ(rig.count(FeedCounter::sequence_resets), 0u);
  // The round after it counts, once it began with a Refresh Complete.
  receive(rig, 13);
  rig.pass_wait();
  rig.receive_refresh(packet(2, rig.now, RefreshComplete{12}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.refresh_next = 3;
  rig.refresh(12, 1012);
  EXPECT_EQ(rig.prices(), (Prices{10, 1012, 13}));
}

TEST(Refresh, IsLeftWhenTheHoleIsFilledAfterAll) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 11);
  rig.pass_wait();
  receive(rig, 10, Line::b);
  EXPECT_EQ(rig.prices(), (Prices{10, 11}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  rig.refresh(11, 1011);
  EXPECT_EQ(rig.prices(), (Prices{10, 11}));
  EXPECT_EQ(rig.count(FeedCounter::refreshes), 0u);
}

TEST(Refresh, LosesTheOldestWhenTooMuchIsHeld) {
  Settings settings = refresh_only();
  settings.reorder_capacity = 2;
  settings.recovery_capacity = 4;
  RecoveryRig rig(settings);
  open(rig);
  for (std::uint32_t i = 12; i <= 17; ++i) receive(rig, i);
  EXPECT_EQ(rig.count(FeedCounter::recovery_dropped), 2u);
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(12, 1012);  // the numbers after it are not there any more
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(14, 1014);
  EXPECT_EQ(rig.prices(), (Prices{1014, 15, 16, 17}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 4u);  // 10 .. 13
  EXPECT_EQ(rig.count(FeedCounter::rejected), 2u);
  EXPECT_EQ(rig.numbers(), 17u);
}

TEST(Refresh, KeepsOnlyWhatConcernsTheBaskets) {
  Settings settings = refresh_only();
  settings.refresh_bytes = 200;  // room for three messages 60, not for many
  RecoveryRig rig(settings);
  open(rig);
  receive(rig, 12);
  rig.pass_wait();
  PacketBuilder round(rig.refresh_next, rig.now);
  for (int i = 0; i < 20; ++i) round.add(traded(kStranger + 1, 1));
  round.add(traded(kTencent, 7));
  round.add(traded(kAlibaba, 8));
  rig.receive_refresh(round);
  rig.receive_refresh(packet(round.next_sequence(), rig.now, RefreshComplete{12}));
  EXPECT_EQ(rig.prices(), (Prices{7, 8}));
}

TEST(Refresh, PassesOverARoundThatDoesNotFit) {
  Settings settings = refresh_only();
  settings.refresh_bytes = 100;
  RecoveryRig rig(settings);
  open(rig);
  receive(rig, 12);
  rig.pass_wait();
  rig.receive_refresh(packet(rig.refresh_next, rig.now, traded(kTencent, 7), traded(kTencent, 8),
                             RefreshComplete{12}));
  rig.refresh_next += 3;
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(12, 9);
  EXPECT_EQ(rig.prices(), (Prices{9}));
}

TEST(Refresh, FollowsAResetInMidDay) {
  RecoveryRig rig(refresh_only());
  rig.now = at(10, 0);
  open(rig);
  rig.receive(packet(77, rig.now, SequenceReset{1}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.now = rig.now + kNsPerMs;
  receive(rig, 1);
  receive(rig, 2);
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(1, 1001);  // began before the reset
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(1, 2001);
  EXPECT_EQ(rig.prices(), (Prices{2001, 2}));
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 0u);
}

TEST(Refresh, DoesNotFollowTheResetThatBeginsTheDay) {
  RecoveryRig rig(refresh_only());
  rig.now = at(6, 0);
  rig.receive(packet(77, rig.now, SequenceReset{1}));
  EXPECT_EQ(rig.handler.channel_state(1), live);
  rig.now = rig.now + kNsPerMs;
  receive(rig, 1);
  EXPECT_EQ(rig.prices(), (Prices{1}));
}

TEST(Refresh, FollowsAConfirmedFarJump) {
  RecoveryRig rig(refresh_only());
  open(rig);
  receive(rig, 1'000'000);
  receive(rig, 1'000'001);
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  receive(rig, 1'000'002);
  rig.refresh(1'000'001, 11);
  EXPECT_EQ(rig.prices(), (Prices{11, 1'000'002}));
  receive(rig, 1'000'003);
  EXPECT_EQ(rig.prices().back(), 1'000'003);
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.numbers(), 1'000'003u);
}

}  // namespace
}  // namespace indexcast::hkex
