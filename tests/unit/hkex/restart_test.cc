// Resets, restarts of the publisher, and the disaster recovery signal.
#include <gtest/gtest.h>

#include "tests/unit/hkex/recovery_support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::Line;
using test::at;
using test::kTencent;
using test::one_channel;
using test::packet;
using test::RecoveryRig;
using test::States;
using test::traded;
using Prices = std::vector<std::int64_t>;
using enum FeedState;

void receive(RecoveryRig& rig, std::uint32_t sequence, Line line = Line::a) {
  rig.receive(packet(sequence, rig.now, traded(kTencent, static_cast<std::int32_t>(sequence))),
              line);
}
void receive_on_both(RecoveryRig& rig, std::uint32_t sequence) {
  receive(rig, sequence, Line::a);
  receive(rig, sequence, Line::b);
}

// Numbers 1 .. 100 on both lines, then two seconds without anything.
void run_and_stop(RecoveryRig& rig) {
  for (std::uint32_t i = 1; i <= 100; ++i) receive_on_both(rig, i);
  rig.pass(2 * kNsPerSecond);
  rig.log.events.clear();
}

TEST(Restart, IsFollowedWhenBothLinesShowIt) {
  RecoveryRig rig(one_channel());
  run_and_stop(rig);
  for (std::uint32_t i = 1; i <= 3; ++i) receive(rig, i, Line::a);
  EXPECT_EQ(rig.count(FeedCounter::restarts), 0u);  // line B has not confirmed it
  for (std::uint32_t i = 1; i <= 3; ++i) receive(rig, i, Line::b);
  EXPECT_EQ(rig.count(FeedCounter::restarts), 1u);
  receive_on_both(rig, 4);
  EXPECT_EQ(rig.prices(), (Prices{3, 4}));
  EXPECT_EQ(rig.states(), (States{gap}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 2u);  // 1 and 2 of the new numbering
  EXPECT_EQ(rig.count(FeedCounter::rejected), 5u);
  EXPECT_EQ(rig.numbers(), 104u);
}

TEST(Restart, IsSeenAtOnceWhereNumbersAreFew) {
  RecoveryRig rig(one_channel());
  for (std::uint32_t i = 1; i <= 10; ++i) receive_on_both(rig, i);
  rig.pass(kNsPerMs);
  rig.log.events.clear();
  for (std::uint32_t i = 1; i <= 12; ++i) receive_on_both(rig, i);
  EXPECT_EQ(rig.prices(), (Prices{3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(rig.states(), (States{gap}));
  EXPECT_EQ(rig.numbers(), 22u);
}

TEST(Restart, IsNoLineWhoseClockIsAhead) {
  RecoveryRig rig(one_channel());
  for (std::uint32_t i = 1; i <= 100; ++i) {
    rig.pass(kNsPerMs);
    receive(rig, i, Line::a);
    if (i <= 10) continue;  // line B lags by ten packets
    rig.receive(packet(i - 10, rig.now + kNsPerMs, traded(kTencent, 1)), Line::b);
  }
  EXPECT_EQ(rig.count(FeedCounter::restarts), 0u);
  EXPECT_EQ(rig.count(FeedCounter::duplicate), 90u);
}

TEST(Restart, IsFollowedOnTheOnlyLineThatSpeaks) {
  RecoveryRig rig(one_channel());
  run_and_stop(rig);
  rig.pass(feed::kLineLagNs);
  for (std::uint32_t i = 1; i <= 3; ++i) receive(rig, i, Line::b);
  EXPECT_EQ(rig.count(FeedCounter::restarts), 1u);
  EXPECT_EQ(rig.prices(), (Prices{3}));
}

TEST(Restart, IsNotSeenInLateCopies) {
  RecoveryRig rig(one_channel());
  const TimeNs begin = rig.now;
  for (std::uint32_t i = 1; i <= 100; ++i) {
    rig.now = begin + i * kNsPerSecond / 10;
    receive(rig, i, Line::a);
  }
  for (std::uint32_t i = 1; i <= 100; ++i) {  // line B lags by ten seconds
    rig.receive(packet(i, begin + i * kNsPerSecond / 10, traded(kTencent, 1)), Line::b);
  }
  EXPECT_EQ(rig.count(FeedCounter::duplicate), 100u);
  EXPECT_EQ(rig.handler.suspicious_packets(), 0u);
}

TEST(Restart, IsNeverBelievedWhenSwitchedOff) {
  Settings settings = one_channel();
  settings.restart_confirmation = 0;
  RecoveryRig rig(settings);
  run_and_stop(rig);
  for (std::uint32_t i = 1; i <= 50; ++i) receive_on_both(rig, i);
  EXPECT_EQ(rig.count(FeedCounter::restarts), 0u);
  EXPECT_TRUE(rig.prices().empty());
  EXPECT_EQ(rig.handler.suspicious_packets(), 100u);
}

TEST(Restart, NeedsPacketsThatFollowEachOther) {
  RecoveryRig rig(one_channel());
  run_and_stop(rig);
  for (const std::uint32_t i : {1u, 5u, 9u, 13u}) receive_on_both(rig, i);
  EXPECT_EQ(rig.count(FeedCounter::restarts), 0u);
}

TEST(Restart, WaitsForARefreshWhereThereIsOne) {
  RecoveryRig rig(test::with_refresh());
  run_and_stop(rig);
  rig.end_of_a_round();
  for (std::uint32_t i = 1; i <= 3; ++i) receive_on_both(rig, i);
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  receive_on_both(rig, 4);
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(100, 1100);  // of the old numbering: it began before
  EXPECT_TRUE(rig.prices().empty());
  rig.refresh(3, 1003);
  EXPECT_EQ(rig.prices(), (Prices{1003, 4}));
  EXPECT_EQ(rig.states(), (States{recovering, live}));
}

TEST(Reset, OfOneChannelDoesNotTouchAnother) {
  Settings settings = test::with_refresh();
  settings.channels.push_back({2, {}, {}});
  RecoveryRig rig(settings);
  rig.now = at(10, 0);
  rig.handler.on_datagram(2, Line::a, packet(1, rig.now, traded(kTencent, 21)).bytes(), rig.now);
  receive(rig, 1);
  rig.log.events.clear();
  rig.receive(packet(50, rig.now, SequenceReset{1}));
  rig.handler.on_datagram(2, Line::a, packet(2, rig.now, traded(kTencent, 22)).bytes(), rig.now);
  EXPECT_EQ(rig.prices(), (Prices{22}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  EXPECT_EQ(rig.handler.channel_state(2), live);
  EXPECT_EQ(rig.states(), (States{recovering}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_resets), 1u);
}

TEST(Reset, MayComeTwiceBeforeTheOpen) {
  RecoveryRig rig(one_channel());
  for (const int minute : {0, 30}) {
    rig.now = at(6, minute);
    const auto reset = packet(9, rig.now, SequenceReset{1});
    rig.receive(reset, Line::a);
    rig.now = rig.now + kNsPerMs;
    receive(rig, 1, Line::a);
    rig.receive(reset, Line::b);
    receive(rig, 1, Line::b);
    receive_on_both(rig, 2);
  }
  EXPECT_EQ(rig.prices(), (Prices{1, 2, 1, 2}));
  EXPECT_EQ(rig.count(FeedCounter::sequence_resets), 2u);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(rig.count(FeedCounter::duplicate), 6u);
}

Settings with_signal_channel() {
  Settings settings = one_channel();
  settings.channels.push_back({99, {}, {}});
  settings.disaster_recovery_channel = 99;
  return settings;
}

void signal(RecoveryRig& rig, std::uint32_t sequence, std::uint32_t status) {
  rig.handler.on_datagram(
      99, Line::a, packet(sequence, rig.now, DisasterRecoverySignal{status}).bytes(), rig.now);
}

// OMD-C 2.2.4.2, 3.4.3: on 1 all cached market data are cleared, on 2 every channel is rebuilt from
// a refresh, and the signal is repeated until the end of the day.
TEST(DisasterRecovery, ClearsOnOneAndRebuildsFromARoundOnTwo) {
  RecoveryRig rig(test::with_refresh(with_signal_channel()));
  receive(rig, 1);
  rig.end_of_a_round();
  EXPECT_EQ(rig.handler.channel_state(1), live);
  rig.pass(kNsPerSecond);
  for (const std::uint32_t repeated : {1u, 2u, 3u}) signal(rig, repeated, 1);
  EXPECT_EQ(rig.handler.channel_state(1), stale);
  EXPECT_EQ(rig.handler.state(), stale);
  rig.refresh(1, 9999);  // of the site that is left
  receive(rig, 2);
  EXPECT_EQ(rig.handler.channel_state(1), stale);
  rig.pass(kNsPerSecond);
  signal(rig, 4, 2);
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  receive(rig, 7);
  signal(rig, 5, 2);
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.refresh(6, 9998);  // began before the signal
  EXPECT_EQ(rig.prices(), (Prices{1}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.refresh(6, 1006);
  EXPECT_EQ(rig.prices(), (Prices{1, 1006, 7}));
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.count(FeedCounter::disaster_signals), 2u);
  signal(rig, 6, 2);
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.count(FeedCounter::disaster_signals), 2u);
}

// OMD-C 2.2.4.2: no price from before the signal may become current again.
TEST(DisasterRecovery, ASecurityThatTheRoundDoesNotHaveStaysRecovering) {
  RecoveryRig rig(test::with_refresh(with_signal_channel()));
  rig.receive(packet(1, rig.now, traded(kTencent, 1), traded(test::kAlibaba, 2)));
  rig.end_of_a_round();
  rig.pass(kNsPerSecond);
  signal(rig, 1, 1);
  rig.pass(kNsPerSecond);
  signal(rig, 2, 2);
  rig.end_of_a_round();
  rig.refresh(40, 1040);
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.receive(packet(41, rig.now, traded(test::kAlibaba, 3)));
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.prices(), (Prices{1, 2, 1040, 3}));
}

// Without refresh lines each security is current again with its own next message.
TEST(DisasterRecovery, WithoutARefreshEverySecurityMustBeHeardAgain) {
  RecoveryRig rig(with_signal_channel());
  rig.receive(packet(7, rig.now, traded(kTencent, 1), traded(test::kAlibaba, 2)));
  rig.pass_wait();
  EXPECT_EQ(rig.handler.state(), live);  // the signal's channel need not be heard
  rig.pass(kNsPerSecond);
  signal(rig, 1, 1);
  rig.receive(packet(9, rig.now, traded(kTencent, 5)));
  EXPECT_EQ(rig.handler.channel_state(1), stale);
  rig.pass(kNsPerSecond);
  signal(rig, 2, 2);
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  MarketEvent told;
  for (const MarketEvent& event : rig.log.of(EventKind::feed_state)) {
    if (event.channel == 1) told = event;
  }
  EXPECT_EQ(told.value[0], 1);  // each counts again from its next price on
  rig.receive(packet(3, rig.now, traded(kTencent, 6)));
  rig.pass_wait();
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.receive(packet(4, rig.now, traded(test::kAlibaba, 7)));
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.prices(), (Prices{1, 2, 6, 7}));
}

// OMD-C 2.2.4.2: the signal is about the site, whichever channel brings it.
TEST(DisasterRecovery, ClearsAndRebuildsEveryChannel) {
  Settings settings = one_channel();
  settings.channels.push_back({2, {}, {}});
  RecoveryRig rig(settings);
  rig.receive(packet(1, rig.now, traded(kTencent, 1)));
  const auto other = packet(1, rig.now, traded(test::kAlibaba, 2));
  rig.handler.on_datagram(2, Line::a, other.bytes(), rig.now);
  EXPECT_EQ(rig.states().back(), live);
  rig.pass(kNsPerSecond);
  rig.receive(packet(2, rig.now, DisasterRecoverySignal{1}));
  EXPECT_EQ(rig.handler.channel_state(1), stale);
  EXPECT_EQ(rig.handler.channel_state(2), stale);
  rig.pass(kNsPerSecond);
  rig.receive(packet(3, rig.now, DisasterRecoverySignal{2}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  EXPECT_EQ(rig.handler.channel_state(2), recovering);
}

TEST(DisasterRecovery, IsHeardOnAChannelThatWaitsForARefresh) {
  RecoveryRig rig(test::with_refresh());
  rig.end_of_a_round();
  receive_on_both(rig, 1);
  receive_on_both(rig, 3);
  rig.pass_wait();
  rig.receive(packet(4, rig.now, DisasterRecoverySignal{1}));
  EXPECT_EQ(rig.handler.channel_state(1), stale);
  rig.pass(kNsPerSecond);
  rig.receive(packet(5, rig.now, DisasterRecoverySignal{2}));
  EXPECT_EQ(rig.handler.channel_state(1), recovering);
  rig.end_of_a_round();
  rig.refresh(5, 1005);
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.count(FeedCounter::disaster_signals), 2u);
}

TEST(DisasterRecovery, RejectsAnUnknownStatus) {
  RecoveryRig rig(with_signal_channel());
  receive(rig, 1);
  signal(rig, 1, 3);
  EXPECT_EQ(rig.handler.channel_state(1), live);
  EXPECT_EQ(rig.count(FeedCounter::rejected), 1u);
}

TEST(DisasterRecovery, AllowsItsChannelToBeSilent) {
  Settings settings = with_signal_channel();
  settings.silence_ns = kNsPerSecond;
  RecoveryRig rig(settings);
  signal(rig, 1, 2);
  rig.pass(10 * kNsPerSecond);
  receive(rig, 1);
  EXPECT_EQ(rig.handler.channel_state(99), live);
  EXPECT_EQ(rig.handler.state(), live);
}

TEST(DisasterRecovery, CountsOnAnyChannel) {
  RecoveryRig rig(one_channel());
  rig.receive(
      packet(1, rig.now, traded(kTencent, 1), DisasterRecoverySignal{1}, traded(kTencent, 2)));
  EXPECT_EQ(rig.handler.channel_state(1), stale);
  EXPECT_EQ(rig.prices(), (Prices{1, 2}));
  EXPECT_EQ(rig.count(FeedCounter::applied), 3u);
}

}  // namespace
}  // namespace indexcast::hkex
