// Messages of Hong Kong's simulated publisher, their channels, and its faults.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/simulator/day/simulated_day.h"
#include "tests/unit/simulator/simulated_market.h"

namespace indexcast::sim {
namespace {

namespace wire = hkex::wire;

// Channels 1 to `count`.
Settings channels(std::uint16_t count) {
  Settings settings = test::only(feed::Venue::hkex);
  settings.hkex.channels.clear();
  for (std::uint16_t id = 1; id <= count; ++id) {
    settings.hkex.channels.push_back({id,
                                      {"239.255.20.1", static_cast<std::uint16_t>(52000 + id)},
                                      {"239.255.20.2", static_cast<std::uint16_t>(52100 + id)}});
  }
  return settings;
}

struct Message {
  std::uint32_t channel = 0;
  Lines lines = Lines::both;
  std::int64_t ms = 0;
  std::uint16_t type = 0;
  std::uint32_t sequence = 0;
  std::vector<std::byte> bytes;
};

struct Day {
  std::vector<Message> messages;
  std::vector<std::size_t> missing;
};

Day play(const Settings& settings) {
  const Universe universe = test::make_universe();
  SimulatedDay day(settings, universe);
  Day result;
  for (ExchangeMessage packet; day.next(packet);) {
    hkex::PacketHeader header;
    EXPECT_EQ(hkex::check_packet(packet.bytes, header), feed::DecodeError::none);
    hkex::for_each_message(packet.bytes, header, [&](const hkex::MessageView& view) {
      result.messages.push_back({packet.channel,
                                 packet.lines,
                                 china_time_of_day_ms(packet.exchange_time),
                                 view.type,
                                 view.sequence,
                                 {view.bytes.begin(), view.bytes.end()}});
    });
  }
  result.missing = day.fault_counts().missing();
  return result;
}

Settings minutes(Settings settings, FaultPlan plan) {
  settings.begin_ms = feed::hms(10, 0);
  settings.end_ms = feed::hms(10, 3);
  settings.faults = std::move(plan);
  return settings;
}

Fault at(FaultKind kind, std::int64_t ms) {
  Fault fault = make_fault(kind);
  fault.begin_ms = ms;
  return fault;
}

std::set<std::uint16_t> types_of(const Day& day, std::uint32_t channel) {
  std::set<std::uint16_t> types;
  for (const Message& message : day.messages) {
    if (message.channel == channel) types.insert(message.type);
  }
  return types;
}

TEST(HkexPublisher, EveryTypeOfTheSecuritiesProductOccursInADay) {
  Settings settings = channels(2);
  settings.ticks_per_second = 0.5;
  settings.faults = {at(FaultKind::halt, feed::hms(10, 0)),
                     at(FaultKind::volatility_interruption, feed::hms(10, 30)),
                     at(FaultKind::disaster_recovery, feed::hms(14, 0))};
  const Day day = play(settings);
  std::set<std::uint16_t> types;
  for (const Message& message : day.messages) types.insert(message.type);
  EXPECT_EQ(types, (std::set<std::uint16_t>{10, 11, 13, 14, 20, 21, 22, 23, 40, 41,  43, 44,
                                            52, 53, 54, 56, 60, 61, 62, 70, 71, 100, 105}));
  EXPECT_TRUE(day.missing.empty());
}

TEST(HkexPublisher, ChannelsHaveTheirParts) {
  Settings settings = channels(6);
  settings.hkex.disaster_recovery_channel = 6;
  settings.end_ms = feed::hms(9, 40);
  const Day day = play(settings);
  EXPECT_EQ(types_of(day, 1), (std::set<std::uint16_t>{10, 11, 13, 14, 100}));
  EXPECT_EQ(types_of(day, 2), (std::set<std::uint16_t>{20, 22, 61, 100}));
  EXPECT_EQ(types_of(day, 5), (std::set<std::uint16_t>{70, 71, 100}));
  EXPECT_EQ(types_of(day, 6), (std::set<std::uint16_t>{100}));
  std::map<std::uint32_t, std::set<std::uint32_t>> codes;
  for (const Message& message : day.messages) {
    if (message.type != wire::statistics::kType) continue;
    codes[message.channel].insert(wire::statistics::SecurityCode.of(message.bytes.data()));
  }
  EXPECT_EQ(codes, (std::map<std::uint32_t, std::set<std::uint32_t>>{{3, {700, 3896}},
                                                                     {4, {8083, 9988}}}));
}

TEST(HkexPublisher, EachChannelNumbersItsMessagesWithoutAHole) {
  const Day day = play(channels(4));
  std::map<std::uint32_t, std::uint32_t> next;
  for (const Message& message : day.messages) {
    if (message.type == wire::sequence_reset::kType) {
      EXPECT_EQ(message.sequence, 1u);
      next[message.channel] = 2;
      continue;
    }
    ASSERT_EQ(message.sequence, next[message.channel]++);
  }
}

// OMD-C 3.4.1: a heartbeat carries the number of the previous message sent on its channel.
TEST(HkexPublisher, AHeartbeatNamesTheLastMessageOfItsChannel) {
  for (const std::uint32_t first : {1u, 2u}) {
    Settings settings = minutes(channels(4), {});
    settings.hkex_first_number = first;
    const Universe universe = test::make_universe();
    SimulatedDay day(settings, universe);
    std::map<std::uint32_t, std::uint32_t> last;
    std::size_t heartbeats = 0;
    for (ExchangeMessage packet; day.next(packet);) {
      const std::uint32_t number = wire::packet::SeqNum.of(packet.bytes.data());
      const std::uint32_t count = wire::packet::MsgCount.of(packet.bytes.data());
      const bool reset = !last.contains(packet.channel);  // each channel's first packet
      if (count == 0) {
        EXPECT_EQ(number, last.at(packet.channel));
        ++heartbeats;
      } else {
        last[packet.channel] = reset ? first - 1 : number + count - 1;
      }
    }
    EXPECT_GT(heartbeats, 10u);
  }
}

TEST(HkexPublisher, AResetInMidDayComesOncePerLineOnItsChannelAlone) {
  Fault reset = at(FaultKind::sequence_reset, feed::hms(10, 1));
  reset.channel = 2;
  reset.amount = 3'000;
  const Day day = play(minutes(channels(2), {reset}));
  std::vector<std::pair<std::int64_t, Lines>> seen;
  std::uint32_t first = 0;
  for (const Message& message : day.messages) {
    if (message.ms < feed::hms(10, 1)) continue;
    if (message.type == wire::sequence_reset::kType) {
      EXPECT_EQ(message.channel, 2u);
      seen.emplace_back(message.ms, message.lines);
    } else if (message.channel == 2 && !seen.empty() && first == 0) {
      first = message.sequence;
    }
  }
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], (std::pair{std::int64_t{feed::hms(10, 1)}, Lines::a}));
  EXPECT_EQ(seen[1].second, Lines::b);
  EXPECT_GE(seen[1].first, feed::hms(10, 1) + 3'000);
  EXPECT_EQ(first, 2u);
  EXPECT_TRUE(day.missing.empty());
}

TEST(HkexPublisher, ARestartWithoutAWordNumbersFromOne) {
  const Day day = play(minutes(channels(1), {at(FaultKind::sequence_restart, feed::hms(10, 1))}));
  int resets = 0;
  int backward = 0;
  std::uint32_t last = 0;
  for (const Message& message : day.messages) {
    resets += message.type == wire::sequence_reset::kType;
    backward += message.sequence < last;
    last = message.sequence;
  }
  EXPECT_EQ(resets, 1) << "that of the beginning";
  EXPECT_EQ(backward, 1);
}

TEST(HkexPublisher, ASuccessorOfThePublisherGoesOnWithTheNumbersAndRepeatsTickers) {
  Fault restart = at(FaultKind::publisher_restart, feed::hms(10, 1));
  restart.amount = 5'000;
  Settings settings = minutes(channels(1), {restart});
  settings.ticks_per_second = 1.0;
  const Day day = play(settings);
  std::set<std::pair<std::uint32_t, std::uint32_t>> tickers;
  int repeated = 0;
  std::uint32_t next = 2;
  for (const Message& message : day.messages) {
    if (message.type == wire::sequence_reset::kType) continue;
    ASSERT_EQ(message.sequence, next++);
    ASSERT_FALSE(message.ms > feed::hms(10, 1) && message.ms < feed::hms(10, 1) + 5'000);
    if (message.type != wire::trade_ticker::kType) continue;
    repeated += !tickers
                     .insert({wire::trade_ticker::SecurityCode.of(message.bytes.data()),
                              wire::trade_ticker::TickerID.of(message.bytes.data())})
                     .second;
  }
  EXPECT_GT(repeated, 0);
  EXPECT_TRUE(day.missing.empty());
}

// OMD-C 2.2.4.2: no resets; OMD-C 3.4.3: the signal is repeated.
TEST(HkexPublisher, ADisasterIsSignalledAgainAndAgainWithoutResets) {
  Fault disaster = at(FaultKind::disaster_recovery, feed::hms(10, 1));
  Settings settings = minutes(channels(3), {disaster});
  settings.hkex.disaster_recovery_channel = 3;
  const Day day = play(settings);
  std::vector<std::uint32_t> signals;
  std::multiset<std::uint32_t> resets;
  for (const Message& message : day.messages) {
    if (message.ms < feed::hms(10, 1)) continue;
    if (message.type == wire::sequence_reset::kType) resets.insert(message.channel);
    if (message.type != wire::disaster_recovery_signal::kType) continue;
    EXPECT_EQ(message.channel, 3u);
    signals.push_back(wire::disaster_recovery_signal::DRStatus.of(message.bytes.data()));
  }
  ASSERT_GT(signals.size(), 2u);
  EXPECT_EQ(signals.front(), 1u);
  EXPECT_EQ(signals.back(), 2u);
  EXPECT_TRUE(std::is_sorted(signals.begin(), signals.end()));
  EXPECT_TRUE(resets.empty());
}

TEST(HkexPublisher, ADisturbanceBeforeTheDayBeginsIsMissed) {
  const Day day = play(minutes(channels(1), {at(FaultKind::sequence_reset, feed::hms(9, 0))}));
  EXPECT_EQ(day.missing, std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace indexcast::sim
