// Shared by the properties of Hong Kong's feed: a universe, settings and faults of the simulated
// exchange, and the expected events, counts and states.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "calc/engine.h"
#include "feedhandlers/market/timetable.h"
#include "tests/property/hkex_simulated_feed.h"
#include "tests/support/baskets.h"

namespace indexcast::hkex {

using feed::FeedCounter;
using sim::FaultKind;
using sim::Lines;
using test::Carries;
using test::SimulatedFeed;

inline constexpr std::uint64_t kSeeds = 20;
inline constexpr std::uint64_t kPublisherSeeds = 6;  // days of which several are compared
inline constexpr std::int64_t kBegin = feed::hms(10, 0);
inline constexpr std::int64_t kFaultsBegin = kBegin + 2'000;  // after the reference data
inline constexpr std::int64_t kFaultsEnd = kBegin + 35'000;
inline constexpr std::int64_t kEnd = kBegin + 50'000;

inline const Universe& universe() {
  using indexcast::test::member;
  static const Universe kUniverse(
      {indexcast::test::index("HK", {member("0700.HK", 2, "HKD", "498.6", "1000000"),
                                     member("3896.HK", 2, "HKD", "7.31", "9000000"),
                                     member("9988.HK", 2, "HKD", "128.9", "3000000"),
                                     member("8083.HK", 2, "HKD", "0.246", "80000000")})});
  return kUniverse;
}

struct With {
  bool retransmission = false;
  bool refresh = false;
  bool mid_day = false;  // the reset that begins the simulated part counts as one in mid-day
};

// Five channels: reference data, status, two of market data, indices.
inline sim::Settings make_settings(std::uint64_t seed, With with) {
  sim::Settings settings;
  settings.seed = seed;
  settings.begin_ms = kBegin;
  settings.end_ms = kEnd;
  settings.ticks_per_second = 2.0;
  settings.halts = 0.5;
  settings.refresh_round_s = 4;
  std::uint16_t port = 50'000;
  for (std::uint32_t id = 1; id <= 5; ++id) {
    ChannelSettings channel{id, {"239.0.0.1", port}, {"239.0.0.2", ++port}, {}, {}};
    if (with.refresh) channel.refresh_a = {"239.0.0.3", ++port};
    if (with.refresh) channel.refresh_b = {"239.0.0.4", ++port};
    ++port;
    settings.hkex.channels.push_back(channel);
  }
  settings.hkex.retransmission.username = "INDEXCAST";
  settings.hkex.retransmission.response_timeout_ns = kNsPerSecond;
  if (with.retransmission) {
    settings.hkex.retransmission.servers = {{"127.0.0.1", 1}, {"127.0.0.1", 2}};
  }
  if (!with.mid_day) settings.hkex.start_of_day_until_ms = kBegin + 1'000;
  return settings;
}

inline sim::Fault fault(FaultKind kind, Lines line = Lines::both, double probability = 1.0,
                        std::int64_t amount = 0, std::uint64_t count = 0) {
  sim::Fault made = sim::make_fault(kind);
  made.venue = feed::Venue::hkex;
  made.line = line;
  made.probability = probability;
  if (amount > 0) made.amount = amount;
  made.count = count;
  made.begin_ms = kFaultsBegin;
  made.end_ms = kFaultsEnd;
  return made;
}

using Events = std::vector<MarketEvent>;

inline void expect_same(const Events& a, const Events& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::memcmp(&a[i], &b[i], sizeof a[i]), 0) << what << ", event " << i;
  }
}

// Events of a channel about securities, without the time of receipt.
inline Events accepted(const SimulatedFeed& feed, std::uint32_t channel) {
  Events events;
  for (MarketEvent event : feed.events()) {
    const bool of_security =
        event.kind == EventKind::price || event.kind == EventKind::instrument_status;
    if (!of_security || event.channel != channel) continue;
    event.receive_time = {};
    events.push_back(event);
  }
  return events;
}

inline void expect_same_messages(const SimulatedFeed& a, const SimulatedFeed& b) {
  std::size_t events = 0;
  for (std::uint32_t channel = 1; channel <= 5; ++channel) {
    const Events of_channel = accepted(a, channel);
    events += of_channel.size();
    expect_same(of_channel, accepted(b, channel), "channel " + std::to_string(channel));
  }
  ASSERT_GT(events, 100u);
}

// The newest last price and status of every security.
inline std::map<std::pair<InstrumentId, EventKind>, std::int64_t> last_known(
    const SimulatedFeed& feed) {
  std::map<std::pair<InstrumentId, EventKind>, std::int64_t> known;
  for (const MarketEvent& event : feed.events()) {
    const bool last = event.kind == EventKind::price &&
                      event.detail == static_cast<std::uint8_t>(PriceKind::last);
    if (last) known[{event.instrument, event.kind}] = event.value[0];
    if (event.kind == EventKind::instrument_status) {
      known[{event.instrument, event.kind}] = event.detail;
    }
  }
  return known;
}

// The level and flags that subscribers were left with.
inline std::pair<std::int64_t, std::uint32_t> final_level(const SimulatedFeed& feed) {
  indexcast::test::RecordLog log;
  CoreCounters counters;
  EngineSettings settings;
  settings.trade_date = china_date(feed.day().begin());
  Engine engine(universe(), settings, log, counters);
  engine.start();
  std::uint64_t sequence = 0;
  for (const MarketEvent& event : feed.events()) engine.apply(event, ++sequence);
  return {log.last().level.raw, log.last().flags};
}

inline void expect_accounts_balance(SimulatedFeed& feed) {
  const test::Traffic& traffic = feed.traffic();
  EXPECT_EQ(traffic.line_packets, feed.counts().packets_sent[0] + feed.counts().packets_sent[1]);
  EXPECT_EQ(traffic.refresh_packets,
            feed.counts().refresh.packets_sent[0] + feed.counts().refresh.packets_sent[1]);
  EXPECT_EQ(feed.count(FeedCounter::packets),
            traffic.line_packets + traffic.refresh_packets + traffic.reads);
  EXPECT_EQ(feed.count(FeedCounter::refresh_messages), traffic.refresh_messages);
  EXPECT_EQ(feed.count(FeedCounter::malformed), traffic.truncated);
  EXPECT_EQ(test::outcomes(feed.handler().counters()) - traffic.truncated,
            traffic.line_messages + traffic.retransmitted);
  EXPECT_LE(traffic.retransmitted, feed.counts().retransmission.messages);
  EXPECT_EQ(feed.handler().suspicious_packets(), 0u);
}

inline void expect_numbers_balance(SimulatedFeed& feed) {
  EXPECT_EQ(feed.count(FeedCounter::sequence_received) +
                feed.count(FeedCounter::sequence_recovered) +
                feed.count(FeedCounter::sequence_lost),
            feed.traffic().published);
}

inline void expect_states_agree(const SimulatedFeed& feed) {
  const auto& disagreements = feed.disagreements();
  EXPECT_TRUE(disagreements.empty())
      << disagreements.size() << ", the first: " << disagreements.front();
  EXPECT_GT(feed.seen_live(), 0u);
}

inline void expect_faults_happened(const SimulatedFeed& feed) {
  EXPECT_TRUE(feed.faults().missing().empty())
      << "fault " << feed.faults().missing().front() << " did not happen";
}

inline void expect_all_live(SimulatedFeed& feed) {
  for (std::uint32_t id = 1; id <= 5; ++id) {
    EXPECT_EQ(feed.handler().channel_state(id), FeedState::live) << "channel " << id;
  }
  EXPECT_EQ(feed.handler().state(), FeedState::live);
}

inline void for_each_seed(const std::function<void(std::uint64_t seed)>& check,
                          std::uint64_t seeds = kSeeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace indexcast::hkex
