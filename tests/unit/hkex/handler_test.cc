#include "feedhandlers/hkex/handler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "tests/unit/hkex/recovery_support.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using feed::Line;
using test::at;
using test::kAlibaba;
using test::kStranger;
using test::kTencent;
using test::one_channel;
using test::packet;
using test::Rig;
using test::traded;

Settings two_channels() {
  Settings settings = one_channel(1);
  settings.channels.push_back({10, {}, {}});
  return settings;
}

std::vector<std::pair<std::uint32_t, FeedState>> states(const test::EventLog& log) {
  std::vector<std::pair<std::uint32_t, FeedState>> out;
  for (const MarketEvent& event : log.of(EventKind::feed_state)) {
    out.emplace_back(event.channel, static_cast<FeedState>(event.detail));
  }
  return out;
}

using States = std::vector<std::pair<std::uint32_t, FeedState>>;

TEST(Handler, TurnsADatagramIntoEvents) {
  Rig rig;
  rig.receive(packet(1, at(9, 59), traded(kTencent, 400'200), traded(kStranger, 1),
                     SecurityStatus{kTencent, 2}));
  const auto prices = rig.log.of(EventKind::price);
  ASSERT_EQ(prices.size(), 1u);
  EXPECT_EQ(prices[0].channel, 1u);
  EXPECT_EQ(prices[0].feed_sequence, 1u);
  EXPECT_EQ(prices[0].receive_time, rig.now);
  EXPECT_EQ(prices[0].exchange_time, at(9, 59));
  EXPECT_EQ(rig.log.of(EventKind::instrument_status)[0].feed_sequence, 3u);
  EXPECT_EQ(rig.count(FeedCounter::applied), 2u);
  EXPECT_EQ(rig.count(FeedCounter::filtered), 1u);
  EXPECT_EQ(rig.count(FeedCounter::sequence_received), 3u);
  EXPECT_EQ(rig.count(FeedCounter::packets), 1u);
  EXPECT_EQ(rig.count(FeedCounter::events), rig.log.events.size());
}

TEST(Handler, IsLiveOnceEveryChannelWasHeard) {
  Rig rig(two_channels());
  EXPECT_EQ(rig.handler.state(), FeedState::connecting);
  rig.handler.on_datagram(1, Line::a, PacketBuilder(0, at(9, 0)).bytes(), rig.now);
  EXPECT_EQ(rig.handler.state(), FeedState::connecting);
  rig.handler.on_datagram(10, Line::b, PacketBuilder(0, at(9, 0)).bytes(), rig.now);
  EXPECT_EQ(rig.handler.state(), FeedState::live);
  EXPECT_EQ(states(rig.log),
            (States{{1, FeedState::live}, {10, FeedState::live}, {0, FeedState::live}}));
  EXPECT_EQ(rig.count(FeedCounter::heartbeats), 2u);
}

TEST(Handler, AnnouncesAGapBeforeThePacketThatFollowsIt) {
  Rig rig;
  rig.receive(packet(1, at(10, 0), traded(kTencent, 1000)));
  rig.receive(packet(4, at(10, 0), traded(kTencent, 2000)));
  rig.now = rig.now + rig.settings.reorder_wait_ns;
  rig.handler.on_time(rig.now);
  EXPECT_EQ(rig.handler.state(), FeedState::gap);
  ASSERT_GE(rig.log.events.size(), 3u);
  EXPECT_EQ(rig.log.events.back().kind, EventKind::price);
  EXPECT_EQ(rig.log.events.back().value[0], 2'000'000);
  EXPECT_EQ(rig.log.events.end()[-2].kind, EventKind::feed_state);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 2u);
  EXPECT_EQ(rig.count(FeedCounter::gaps), 1u);
}

// METHODOLOGY 5: after a gap each security is recovering until it was heard; time alone does not
// end this.
TEST(Handler, AGapLastsUntilEachSecurityOfTheChannelWasHeard) {
  Rig rig;
  rig.receive(packet(1, at(10, 0), traded(kTencent, 1000), traded(kAlibaba, 1000)));
  rig.receive(packet(5, at(10, 0), traded(kTencent, 2000)));
  rig.now = rig.now + rig.settings.reorder_wait_ns;
  rig.handler.on_time(rig.now);
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::gap);
  EXPECT_EQ(rig.log.of(EventKind::feed_state).back().value[kBySecurity], 1);
  EXPECT_EQ(rig.handler.counters().unheard(), 1u) << "Tencent was heard behind the hole";
  for (std::uint32_t minute = 1; minute < 30; ++minute) {
    rig.now = rig.now + 20 * kNsPerSecond;
    rig.receive(packet(5 + minute, at(10, static_cast<int>(minute)), traded(kTencent, 2000)));
    ASSERT_EQ(rig.handler.channel_state(1), FeedState::gap) << minute;
  }
  rig.receive(packet(35, at(10, 30), traded(kAlibaba, 1000)));
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::live);
  EXPECT_EQ(rig.handler.state(), FeedState::live);
  EXPECT_EQ(rig.handler.counters().unheard(), 0u);
}

TEST(Handler, ASecondLossMakesAllSecuritiesUnheardAgain) {
  Rig rig;
  rig.receive(packet(1, at(10, 0), traded(kTencent, 1000), traded(kAlibaba, 1000)));
  for (const std::uint32_t sequence : {5u, 9u}) {
    rig.receive(packet(sequence, at(10, 0), traded(kTencent, 2000)));
    rig.now = rig.now + rig.settings.reorder_wait_ns;
    rig.handler.on_time(rig.now);
  }
  EXPECT_EQ(rig.count(FeedCounter::gaps), 2u);
  const auto announced = states(rig.log);
  EXPECT_EQ(std::count(announced.begin(), announced.end(), std::pair{1u, FeedState::gap}), 2);
  EXPECT_EQ(std::count(announced.begin(), announced.end(), std::pair{0u, FeedState::gap}), 2);
}

// A security that was never priced may come on any channel.
TEST(Handler, ALossWaitsForSecuritiesThatNoChannelBroughtYet) {
  Rig rig(two_channels());
  const auto receive = [&](std::uint32_t channel, const PacketBuilder& packet) {
    rig.handler.on_datagram(channel, Line::a, packet.bytes(), rig.now);
  };
  receive(10, packet(0, at(10, 0)));  // a heartbeat before the first message
  receive(1, packet(1, at(10, 0), traded(kTencent, 1000)));
  receive(1, packet(5, at(10, 0), traded(kTencent, 1000)));
  rig.now = rig.now + rig.settings.reorder_wait_ns;
  rig.handler.on_time(rig.now);
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::gap);
  receive(10, packet(1, at(10, 0), traded(kAlibaba, 1000)));
  rig.handler.on_time(rig.now);
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::live);
}

TEST(Handler, APauseOfThisProcessLastsUntilTheSocketsWereReadEmpty) {
  Rig rig;
  rig.receive(packet(1, at(10, 0), traded(kTencent, 1000)));
  rig.handler.on_paused(rig.now);
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::recovering);
  rig.receive(packet(2, at(10, 0), traded(kTencent, 2000)));
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::recovering);
  EXPECT_EQ(rig.log.of(EventKind::feed_state).back().value[kBySecurity], 0);
  rig.handler.on_drained(rig.now);
  EXPECT_EQ(rig.handler.channel_state(1), FeedState::live);
}

TEST(Handler, IsStaleInSilenceAndLiveWithTheNextDatagram) {
  Rig rig;
  rig.receive(PacketBuilder(1, at(10, 0)));
  rig.now = rig.now + rig.settings.silence_ns;
  rig.handler.on_time(rig.now);
  EXPECT_EQ(rig.handler.state(), FeedState::stale);
  rig.receive(PacketBuilder(1, at(10, 1)));
  EXPECT_EQ(rig.handler.state(), FeedState::live);
}

// Channel 1 carries market data, channel 10 what is said rarely.
class Staleness : public testing::Test {
 protected:
  Staleness() : rig_(two_channels()) {
    receive(1, packet(1, now(), traded(kTencent, 1)));
    session(3);
  }
  TimeNs now() const { return rig_.now; }
  void receive(std::uint32_t channel, const PacketBuilder& packet) {
    if (channel == 1) market_sequence_ = packet.next_sequence() - (packet.message_count() ? 1 : 0);
    rig_.handler.on_datagram(channel, Line::a, packet.bytes(), rig_.now);
  }
  void session(std::uint8_t sub_id) {
    receive(10,
            packet(session_sequence_++, now(), TradingSessionStatus{"MAIN", sub_id, 2, '0', 0, 0}));
  }
  void pass(std::int64_t s) {
    rig_.now = rig_.now + s * kNsPerSecond;
    rig_.handler.on_time(rig_.now);
  }
  // A heartbeat of each channel every second.
  void heartbeats(int seconds) {
    for (int s = 0; s < seconds; ++s) {
      pass(1);
      receive(1, PacketBuilder(market_sequence_, now()));
      receive(10, PacketBuilder(session_sequence_ - 1, now()));
      rig_.handler.on_time(now());
    }
  }
  FeedState state(std::uint32_t channel) const { return rig_.handler.channel_state(channel); }

  std::uint32_t market_sequence_ = 1;  // of the last message
  std::uint32_t session_sequence_ = 1;
  Rig rig_;
};

TEST_F(Staleness, HeartbeatsAloneAreStaleWhileTheMarketTrades) {
  heartbeats(29);
  EXPECT_EQ(state(1), FeedState::live);
  heartbeats(1);
  EXPECT_EQ(state(1), FeedState::stale);
  EXPECT_EQ(rig_.handler.state(), FeedState::stale);
  receive(1, packet(2, now(), traded(kStranger, 1)));  // before it is filtered
  EXPECT_EQ(state(1), FeedState::live);
  EXPECT_EQ(rig_.handler.state(), FeedState::live);
}

TEST_F(Staleness, AChannelThatNobodyDependsOnMayBeQuiet) {
  for (int s = 0; s < 300; ++s) {
    heartbeats(1);
    receive(1, packet(static_cast<std::uint32_t>(s) + 2, now(), traded(kTencent, s + 1)));
    ASSERT_EQ(rig_.handler.state(), FeedState::live) << s;
  }
}

TEST_F(Staleness, AClockThatStandsIsStaleThoughPacketsFlow) {
  const TimeNs frozen = now();
  for (std::uint32_t s = 1; s <= 31; ++s) {
    pass(1);
    receive(1, packet(s + 1, frozen, traded(kTencent, 1)));
    receive(10, PacketBuilder(session_sequence_ - 1, frozen));
    EXPECT_EQ(state(1), s < 30 ? FeedState::live : FeedState::stale) << s;
  }
  receive(1, packet(33, now(), traded(kTencent, 1)));
  EXPECT_EQ(state(1), FeedState::live);
}

// Before the auction's matching, between it and continuous trading, in the afternoon's order
// cancel, at an intervention, while the closing auction's reference price is fixed, and after.
TEST_F(Staleness, NothingIsDueWhereNobodyTrades) {
  for (const std::uint8_t sub_id :
       std::vector<std::uint8_t>{100, 1, 101, 108, 2, 7, 102, 104, 105, 4, 103, 0}) {
    session(sub_id);
    heartbeats(120);
    EXPECT_EQ(state(1), FeedState::live) << int{sub_id};
  }
  for (const std::uint8_t sub_id : std::vector<std::uint8_t>{3, 5, 106, 107}) {
    session(sub_id);
    heartbeats(29);
    EXPECT_EQ(state(1), FeedState::live) << int{sub_id};
    heartbeats(1);
    EXPECT_EQ(state(1), FeedState::stale) << int{sub_id};
    session(100);
    heartbeats(1);
  }
}

TEST_F(Staleness, LunchIsNotStaleAndTheAfternoonHasItsOwnTime) {
  rig_.now = at(11, 59, 59);
  receive(1, packet(2, now(), traded(kTencent, 1)));
  heartbeats(3600);
  EXPECT_EQ(state(1), FeedState::live);
  heartbeats(28);
  EXPECT_EQ(state(1), FeedState::live);
  heartbeats(3);
  EXPECT_EQ(state(1), FeedState::stale);
}

TEST(Handler, ResetsTheSequenceOnceForBothLines) {
  Rig rig;
  rig.receive(packet(500, at(5, 0), traded(kTencent, 1000)));
  rig.now = rig.now + rig.settings.reorder_wait_ns;
  rig.handler.on_time(rig.now);
  const auto reset = packet(77, at(6, 0), SequenceReset{1});
  rig.receive(reset, Line::a);
  rig.receive(packet(1, at(6, 0, 1), traded(kTencent, 2000)), Line::a);
  rig.receive(reset, Line::b);
  rig.receive(packet(1, at(6, 0, 1), traded(kTencent, 2000)), Line::b);
  rig.receive(packet(2, at(6, 0, 2), traded(kTencent, 3000)), Line::b);
  EXPECT_EQ(rig.log.of(EventKind::price).size(), 3u);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(rig.count(FeedCounter::duplicate), 2u);
  EXPECT_EQ(test::outcomes(rig.handler.counters()), 7u - 1u);
  EXPECT_EQ(rig.handler.state(), FeedState::live);
}

TEST(Handler, EndsAGapWithAReset) {
  Rig rig;
  rig.receive(packet(1, at(10, 0), traded(kTencent, 1000)));
  rig.receive(packet(3, at(10, 0), traded(kTencent, 2000)));
  rig.receive(packet(9, at(10, 1), SequenceReset{1}));
  EXPECT_EQ(rig.handler.state(), FeedState::live);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 1u);
  EXPECT_EQ(states(rig.log).back(), (std::pair{0u, FeedState::live}));
}

TEST(Handler, UsesNothingThatSharesAPacketWithAReset) {
  Rig rig;
  rig.receive(packet(1, at(10, 0), traded(kTencent, 1000), SequenceReset{1}));
  EXPECT_TRUE(rig.log.of(EventKind::price).empty());
  EXPECT_EQ(rig.count(FeedCounter::rejected), 1u);
  EXPECT_EQ(rig.count(FeedCounter::applied), 1u);
}

// A packet of no messages (OMD-C 3.3), its bytes laid out by hand.
std::array<std::byte, 16> heartbeat_bytes(std::uint8_t number, TimeNs sent) {
  std::array<std::byte, 16> bytes{std::byte{16}, {}, {}, {}, std::byte{number}};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[8 + i] = static_cast<std::byte>(static_cast<std::uint64_t>(sent.ns) >> 8 * i & 0xff);
  }
  return bytes;
}

// OMD-C 3.4.1: a heartbeat carries the number of the previous message sent on the channel.
TEST(Handler, AHeartbeatProvesALostTail) {
  Rig rig;
  rig.receive(packet(1, at(10, 0), traded(kTencent, 1000)));
  const auto receive_heartbeat = [&](std::uint8_t number) {
    rig.handler.on_datagram(1, Line::b, heartbeat_bytes(number, at(10, 0, 2)), rig.now);
    rig.now = rig.now + rig.settings.reorder_wait_ns;
    rig.handler.on_time(rig.now);
  };
  receive_heartbeat(1);  // number 1 was the last: nothing is missing
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 0u);
  EXPECT_EQ(rig.handler.state(), FeedState::live);
  receive_heartbeat(4);
  EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 3u);  // 2, 3 and 4
  EXPECT_EQ(rig.handler.state(), FeedState::gap);
  rig.receive(packet(5, at(10, 0, 3), traded(kTencent, 2000)));
  EXPECT_EQ(rig.log.of(EventKind::price).size(), 2u);
}

// OMD-C 2.2.1, 3.4.2: after a reset data begin with 1 or with 2, and a heartbeat says 0 or 1.
TEST(Handler, NeitherReadingOfTheNumberAfterAResetIsAGap) {
  for (const std::uint8_t heartbeat : {std::uint8_t{0}, std::uint8_t{1}}) {
    for (const std::uint32_t first : {1u, 2u}) {
      SCOPED_TRACE(testing::Message() << int{heartbeat} << " and " << first);
      Rig rig;
      rig.receive(packet(1, at(6, 30), SequenceReset{1}));
      rig.handler.on_datagram(1, Line::a, heartbeat_bytes(heartbeat, at(6, 30, 2)), rig.now);
      rig.receive(packet(first, at(6, 31), traded(kTencent, 1000)));
      rig.now = rig.now + rig.settings.reorder_wait_ns;
      rig.handler.on_time(rig.now);
      EXPECT_EQ(rig.log.of(EventKind::price).size(), 1u);
      EXPECT_EQ(rig.count(FeedCounter::gaps), 0u);
      EXPECT_EQ(rig.count(FeedCounter::sequence_lost), 0u);
      EXPECT_EQ(rig.handler.state(), FeedState::live);
    }
  }
}

// OMD-C 2.2: only the date of SendTime identifies the exchange's tests; OMD-C 2.2.1: messages
// before 06:00 do not belong to the day.
TEST(Handler, CountsMessagesOfAnotherDateAndAppliesNone) {
  Settings settings = test::with_refresh();
  settings.trade_date = 20250402;
  Rig rig(settings);
  const TradingSessionStatus open{"MAIN", 3, 30, '0', 0, 0};
  const auto test_data = [&](TimeNs sent) {
    rig.receive(packet(1, sent, SequenceReset{1}));
    rig.receive(packet(1, sent, open, traded(kTencent, 999), DisasterRecoverySignal{1}));
    rig.handler.on_datagram(refresh_id(1), Line::a,
                            packet(1, sent, traded(kTencent, 999), RefreshComplete{7}).bytes(),
                            rig.now);
    const PacketBuilder resent = packet(3, sent, traded(kTencent, 999));
    PacketHeader header;
    ASSERT_EQ(check_packet(resent.bytes(), header), feed::DecodeError::none);
    rig.handler.on_retransmitted(1, header, resent.bytes(), rig.now);
  };
  test_data(at(10, 0) + -kNsPerDay);
  test_data(at(10, 0) + kNsPerDay);
  test_data(at(5, 59, 59));
  EXPECT_TRUE(rig.log.events.empty());
  EXPECT_EQ(rig.count(FeedCounter::other_date), 3u * 7u);
  EXPECT_EQ(test::outcomes(rig.handler.counters()), 3u * 5u);
  EXPECT_EQ(rig.count(FeedCounter::filtered), 3u * 5u);
  rig.receive(packet(1, at(6, 0), open, traded(kTencent, 1000)));
  EXPECT_EQ(rig.log.of(EventKind::price).size(), 1u);
  EXPECT_EQ(rig.log.of(EventKind::market_phase).size(), 1u);
  test_data(at(10, 0) + kNsPerDay);
  EXPECT_EQ(rig.log.of(EventKind::price).size(), 1u);
  EXPECT_EQ(rig.log.of(EventKind::market_phase).size(), 1u);
}

// OMD-C 2.2: OMD-C does not operate on a holiday but for tests, whatever their messages say.
TEST(Handler, TestDataDoNotOverruleTheCalendar) {
  Settings settings = one_channel();
  settings.trade_date = 20250402;
  settings.market_shut = true;
  Rig rig(settings);
  rig.receive(
      packet(1, at(10, 0), TradingSessionStatus{"MAIN", 3, 30, '0', 0, 0}, traded(kTencent, 1)));
  EXPECT_TRUE(rig.log.events.empty());
  EXPECT_EQ(rig.count(FeedCounter::other_date), 2u);
}

TEST(Handler, BreaksForLunchOnAHeartbeat) {
  Rig rig;
  rig.receive(
      packet(1, at(11, 59), TradingSessionStatus{"MAIN", 3, 2, '0', 0, 0}, traded(kTencent, 1)));
  rig.receive(PacketBuilder(2, at(12, 0, 1)));
  const auto phases = rig.log.of(EventKind::market_phase);
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[1].detail, static_cast<std::uint8_t>(MarketPhase::scheduled));
}

TEST(Handler, CountsDamageOnce) {
  Rig rig;
  const auto good = packet(1, at(10, 0), traded(kTencent, 1000));
  rig.handler.on_datagram(1, Line::a, good.bytes().first(30), rig.now);
  EXPECT_EQ(rig.count(FeedCounter::malformed), 1u);
  EXPECT_EQ(rig.handler.state(), FeedState::connecting);
  rig.handler.on_datagram(99, Line::a, good.bytes(), rig.now);
  EXPECT_EQ(rig.count(FeedCounter::filtered), 1u);
  EXPECT_EQ(rig.count(FeedCounter::sequence_received), 0u);
  EXPECT_EQ(rig.handler.channel_state(99), FeedState::down);
}

TEST(Handler, RefusesChannelsItCannotTellApart) {
  const Universe universe = test::make_universe();
  const feed::SymbolTable symbols(universe, feed::Venue::hkex);
  test::EventLog log;
  EXPECT_THROW(Handler(one_channel(0), symbols, log), std::invalid_argument);
  Settings twice = one_channel(3);
  twice.channels.push_back({3, {}, {}});
  EXPECT_THROW(Handler(twice, symbols, log), std::invalid_argument);
}

}  // namespace
}  // namespace indexcast::hkex
