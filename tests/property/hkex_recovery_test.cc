// Hong Kong's feed against the simulated exchange over many seeds: what lines, retransmission and
// refresh do to the stream must not show in it, the states must say when it could, and the counts
// of both sides must be the same.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "calc/engine.h"
#include "feedhandlers/common/timetable.h"
#include "tests/property/hkex_simulated_feed.h"
#include "tests/support/baskets.h"

namespace indexcast::hkex {
namespace {

using feed::FeedCounter;
using sim::FaultKind;
using sim::Lines;
using test::Carries;
using test::SimulatedFeed;

constexpr std::uint64_t kSeeds = 20;
constexpr std::uint64_t kPublisherSeeds = 6;  // days of which several are compared
constexpr std::int64_t kBegin = feed::hms(10, 0);
constexpr std::int64_t kFaultsBegin = kBegin + 2'000;  // after the reference data
constexpr std::int64_t kFaultsEnd = kBegin + 35'000;
constexpr std::int64_t kEnd = kBegin + 50'000;

const Universe& universe() {
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
sim::Settings make_settings(std::uint64_t seed, With with) {
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

sim::Fault fault(FaultKind kind, Lines line = Lines::both, double probability = 1.0,
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

void expect_same(const Events& a, const Events& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::memcmp(&a[i], &b[i], sizeof a[i]), 0) << what << ", event " << i;
  }
}

// What a channel said of securities, without the time of receipt.
Events accepted(const SimulatedFeed& feed, std::uint32_t channel) {
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

void expect_same_messages(const SimulatedFeed& a, const SimulatedFeed& b) {
  std::size_t events = 0;
  for (std::uint32_t channel = 1; channel <= 5; ++channel) {
    const Events of_channel = accepted(a, channel);
    events += of_channel.size();
    expect_same(of_channel, accepted(b, channel), "channel " + std::to_string(channel));
  }
  ASSERT_GT(events, 100u);
}

// The newest last price and status of every security.
std::map<std::pair<InstrumentId, EventKind>, std::int64_t> last_known(const SimulatedFeed& feed) {
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
std::pair<std::int64_t, std::uint32_t> final_level(const SimulatedFeed& feed) {
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

void expect_accounts_balance(SimulatedFeed& feed) {
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

void expect_numbers_balance(SimulatedFeed& feed) {
  EXPECT_EQ(feed.count(FeedCounter::sequence_received) +
                feed.count(FeedCounter::sequence_recovered) +
                feed.count(FeedCounter::sequence_lost),
            feed.traffic().published);
}

void expect_states_agree(const SimulatedFeed& feed) {
  const auto& disagreements = feed.disagreements();
  EXPECT_TRUE(disagreements.empty())
      << disagreements.size() << ", the first: " << disagreements.front();
  EXPECT_GT(feed.seen_live(), 0u);
}

void expect_faults_happened(const SimulatedFeed& feed) {
  EXPECT_TRUE(feed.faults().missing().empty())
      << "fault " << feed.faults().missing().front() << " did not happen";
}

void expect_all_live(SimulatedFeed& feed) {
  for (std::uint32_t id = 1; id <= 5; ++id) {
    EXPECT_EQ(feed.handler().channel_state(id), FeedState::live) << "channel " << id;
  }
  EXPECT_EQ(feed.handler().state(), FeedState::live);
}

void for_each_seed(const std::function<void(std::uint64_t seed)>& check,
                   std::uint64_t seeds = kSeeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check(seed);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(HkexLinesProperty, AnyLossThatEachPacketSurvivesOnOneLineLeavesTheEventsAsTheyAre) {
  for_each_seed([](std::uint64_t seed) {
    const sim::Settings calm = make_settings(seed, {});
    SimulatedFeed both(calm, universe(), Carries::both);
    SimulatedFeed only_a(calm, universe(), Carries::only_a);
    SimulatedFeed only_b(calm, universe(), Carries::only_b);
    sim::Settings lossy = calm;
    lossy.loss_a = 0.3;
    lossy.loss_b = 0.3;
    lossy.faults = {fault(FaultKind::loss, Lines::a, 0.2), fault(FaultKind::loss, Lines::b, 0.5)};
    SimulatedFeed alternating(lossy, universe(), Carries::both);
    for (SimulatedFeed* feed : {&both, &only_a, &only_b, &alternating}) {
      feed->play();
      expect_states_agree(*feed);
      expect_all_live(*feed);
      EXPECT_EQ(feed->count(FeedCounter::sequence_received), feed->traffic().published);
    }
    expect_faults_happened(alternating);
    ASSERT_GT(both.events().size(), 200u);
    expect_same(both.events(), only_a.events(), "line A");
    expect_same(both.events(), only_b.events(), "line B");
    expect_same(both.events(), alternating.events(), "lossy lines");
    EXPECT_EQ(alternating.counts().packets_unseen, 0u);
    EXPECT_GT(alternating.counts().packets_lost[0], 100u);
    EXPECT_GT(alternating.counts().packets_lost[1], 100u);
    expect_accounts_balance(both);
    expect_accounts_balance(alternating);
  });
}

TEST(HkexLinesProperty, SkewWithinTheShortWaitAndALineThatIsSilentChangeNoMessage) {
  for_each_seed([](std::uint64_t seed) {
    const sim::Settings calm = make_settings(seed, {});
    SimulatedFeed both(calm, universe(), Carries::both);
    both.play();
    sim::Settings faulty = calm;
    faulty.loss_a = 0.3;  // never both copies
    faulty.faults = {fault(FaultKind::skew, Lines::b, 1.0, 15),
                     fault(FaultKind::duplicate, Lines::a, 0.2, 3),
                     fault(FaultKind::duplicate, Lines::b, 0.2, 7)};
    SimulatedFeed skewed(faulty, universe(), Carries::both);
    skewed.play();
    faulty.loss_a = 0.0;
    faulty.faults = {fault(FaultKind::silence, Lines::a), fault(FaultKind::reorder, Lines::a, 0.2)};
    faulty.faults.back().begin_ms = kFaultsEnd;
    faulty.faults.back().end_ms = kEnd;
    SimulatedFeed silent(faulty, universe(), Carries::both);
    silent.play();
    for (SimulatedFeed* feed : {&skewed, &silent}) {
      expect_faults_happened(*feed);
      expect_same_messages(both, *feed);
      expect_states_agree(*feed);
      expect_accounts_balance(*feed);
      expect_all_live(*feed);
      EXPECT_EQ(feed->count(FeedCounter::sequence_received), feed->traffic().published);
    }
  });
}

TEST(HkexRecoveryProperty, RetransmissionGivesTheMessagesThatBothLinesLost) {
  const std::vector<sim::Fault> kServices{
      fault(FaultKind::retransmission_partial, Lines::both, 0.5, 2, 0),
      fault(FaultKind::retransmission_slow, Lines::both, 0.5, 300, 0),
      fault(FaultKind::retransmission_disconnect, Lines::both, 1.0, 70, 1),
      fault(FaultKind::retransmission_silent, Lines::both, 1.0, 0, 1),
  };
  std::uint64_t recovered = 0;
  std::uint64_t not_live = 0;
  for_each_seed([&](std::uint64_t seed) {
    const sim::Settings calm = make_settings(seed, {.retransmission = true});
    SimulatedFeed whole(calm, universe(), Carries::both);
    whole.play();
    sim::Settings faulty = calm;
    faulty.loss_a = faulty.loss_b = 0.05;
    faulty.faults = {fault(FaultKind::loss, Lines::both, 0.05),
                     fault(FaultKind::burst_loss, Lines::both, 0.02, 8)};
    sim::Fault service = kServices[seed % kServices.size()];
    if (service.kind == FaultKind::retransmission_disconnect) {
      service.amount = static_cast<std::int64_t>(seed * 37 % 200);
    }
    faulty.faults.push_back(service);
    SimulatedFeed feed(faulty, universe(), Carries::both);
    feed.play();
    expect_faults_happened(feed);
    expect_same_messages(whole, feed);
    expect_states_agree(feed);
    expect_accounts_balance(feed);
    expect_numbers_balance(feed);
    expect_all_live(feed);
    EXPECT_EQ(final_level(whole), final_level(feed));
    not_live += feed.seen_not_live();
    EXPECT_EQ(feed.count(FeedCounter::sequence_lost), 0u);
    EXPECT_EQ(feed.count(FeedCounter::gaps), 0u);
    EXPECT_EQ(feed.count(FeedCounter::sequence_recovered), feed.traffic().unseen);
    EXPECT_EQ(feed.count(FeedCounter::retransmission_requests),
              feed.counts().retransmission.requests);
    recovered += feed.traffic().unseen;
  });
  EXPECT_GT(recovered, kSeeds * 10);
  EXPECT_GT(not_live, kSeeds * 10);
}

TEST(HkexRecoveryProperty, RefreshGivesThePricesThatRetransmissionDoesNot) {
  const std::vector<sim::Fault> kServices{
      fault(FaultKind::retransmission_refuse, Lines::both, 1.0, 2),
      fault(FaultKind::retransmission_refuse, Lines::both, 0.5, 100),
      fault(FaultKind::retransmission_over_quota),
      fault(FaultKind::retransmission_disconnect, Lines::both, 0.7, 150),
      fault(FaultKind::retransmission_silent, Lines::both, 0.7),
      fault(FaultKind::retransmission_refuse_logon),
  };
  const std::vector<sim::Fault> kRounds{
      fault(FaultKind::refresh_older_than_stream, Lines::both, 0.4),
      fault(FaultKind::refresh_gap_in_round, Lines::both, 0.4),
      fault(FaultKind::refresh_silent, Lines::both, 0.4),
      fault(FaultKind::refresh_no_complete, Lines::both, 0.4),
      fault(FaultKind::refresh_restart, Lines::both, 0.4),
  };
  std::uint64_t refreshes = 0;
  std::uint64_t not_live = 0;
  for_each_seed([&](std::uint64_t seed) {
    const With with{.retransmission = true, .refresh = true, .mid_day = seed % 2 == 0};
    sim::Settings calm = make_settings(seed, with);
    SimulatedFeed whole(calm, universe(), Carries::both);
    whole.play();
    sim::Settings faulty = calm;
    faulty.loss_a = faulty.loss_b = 0.05;
    faulty.faults = {fault(FaultKind::loss, Lines::both, 0.05),
                     fault(FaultKind::burst_loss, Lines::both, 0.02, 8),
                     kServices[seed % kServices.size()], kRounds[seed % kRounds.size()]};
    if (faulty.faults[2].kind == FaultKind::retransmission_refuse_logon) {
      faulty.faults[2].begin_ms = kBegin;
    }
    SimulatedFeed feed(faulty, universe(), Carries::both);
    feed.play();
    expect_faults_happened(feed);
    EXPECT_EQ(last_known(whole), last_known(feed));
    EXPECT_EQ(final_level(whole), final_level(feed));
    expect_states_agree(feed);
    expect_accounts_balance(feed);
    expect_numbers_balance(feed);
    not_live += feed.seen_not_live();
    EXPECT_EQ(feed.count(FeedCounter::gaps), 0u);
    refreshes += feed.count(FeedCounter::refreshes);
  });
  EXPECT_GT(refreshes, kSeeds);
  EXPECT_GT(not_live, kSeeds * 10);
}

// What the publisher itself does to the numbers.
sim::Fault disruption(FaultKind kind, std::int64_t amount, std::uint32_t channel = 0) {
  sim::Fault made = fault(kind, Lines::both, 1.0, 0, 2);
  made.channel = channel;
  made.amount = amount;
  return made;
}

// Whichever line delivers, with one copy of any packet lost.
void expect_lines_agree(const sim::Settings& settings) {
  SimulatedFeed both(settings, universe(), Carries::both);
  SimulatedFeed only_a(settings, universe(), Carries::only_a);
  SimulatedFeed only_b(settings, universe(), Carries::only_b);
  sim::Settings lossy = settings;
  lossy.loss_a = lossy.loss_b = 0.3;
  SimulatedFeed alternating(lossy, universe(), Carries::both);
  for (SimulatedFeed* feed : {&both, &only_a, &only_b, &alternating}) {
    feed->play();
    expect_faults_happened(*feed);
    expect_states_agree(*feed);
    expect_numbers_balance(*feed);
    expect_all_live(*feed);
  }
  expect_accounts_balance(both);
  expect_accounts_balance(alternating);
  expect_same(both.events(), only_a.events(), "line A");
  expect_same(both.events(), only_b.events(), "line B");
  expect_same(both.events(), alternating.events(), "lossy lines");
}

TEST(HkexPublisherProperty, ResetsRestartsAndRepeatedTickersAreTheSameOnEveryLine) {
  for_each_seed(
      [](std::uint64_t seed) {
        for (const bool refresh : {false, true}) {
          sim::Settings settings = make_settings(seed, {.refresh = refresh});
          settings.faults = {disruption(FaultKind::sequence_reset, 0, 3),
                             disruption(FaultKind::publisher_restart, 3'000),
                             disruption(FaultKind::duplicate_tickers, 10)};
          settings.faults.back().begin_ms += 5'000;
          expect_lines_agree(settings);
        }
      },
      kPublisherSeeds);
}

TEST(HkexPublisherProperty, AResetOncePerLineLosesNothingAndTouchesNoOtherChannel) {
  for_each_seed(
      [](std::uint64_t seed) {
        const sim::Settings calm = make_settings(seed, {});
        SimulatedFeed whole(calm, universe(), Carries::both);
        whole.play();
        sim::Settings reset = calm;
        reset.faults = {
            disruption(FaultKind::sequence_reset, 1 + static_cast<int>(seed * 31 % 900), 3)};
        SimulatedFeed feed(reset, universe(), Carries::both);
        feed.play();
        expect_faults_happened(feed);
        expect_states_agree(feed);
        expect_accounts_balance(feed);
        expect_numbers_balance(feed);
        EXPECT_EQ(feed.count(FeedCounter::sequence_resets),
                  7u);  // five channels, one of them twice more
        EXPECT_EQ(feed.count(FeedCounter::sequence_lost), 0u);
        for (const std::uint32_t other : {1u, 2u, 4u, 5u}) {
          expect_same(accepted(whole, other), accepted(feed, other),
                      "channel " + std::to_string(other));
        }
        Events numbered = accepted(whole, 3);
        Events renumbered = accepted(feed, 3);
        for (Events* events : {&numbered, &renumbered}) {
          for (MarketEvent& event : *events) event.feed_sequence = 0;
        }
        expect_same(numbered, renumbered, "channel 3");
      },
      kPublisherSeeds);
}

TEST(HkexPublisherProperty, NumbersThatBeginAgainWithoutAWordAreFollowed) {
  for_each_seed(
      [](std::uint64_t seed) {
        for (const bool refresh : {false, true}) {
          const sim::Settings calm = make_settings(seed, {.refresh = refresh});
          SimulatedFeed whole(calm, universe(), Carries::both);
          whole.play();
          sim::Settings restarting = calm;
          restarting.faults = {disruption(FaultKind::sequence_restart, 0, 4)};
          SimulatedFeed feed(restarting, universe(), Carries::both);
          feed.play(2 * kNsPerSecond);
          expect_faults_happened(feed);
          EXPECT_EQ(feed.count(FeedCounter::restarts), 2u);
          EXPECT_EQ(last_known(whole), last_known(feed));
          EXPECT_EQ(final_level(whole).first, final_level(feed).first);
          expect_same(accepted(whole, 3), accepted(feed, 3), "channel 3");
          expect_numbers_balance(feed);
          EXPECT_EQ(test::outcomes(feed.handler().counters()), feed.traffic().line_messages);
          if (refresh) expect_all_live(feed);
        }
      },
      kPublisherSeeds);
}

TEST(HkexPublisherProperty, BothReadingsOfTheFirstNumberAfterAResetGiveTheSameEvents) {
  for_each_seed(
      [](std::uint64_t seed) {
        Events first;
        for (const std::uint32_t number : {1u, 2u}) {
          sim::Settings settings = make_settings(seed, {});
          settings.hkex_first_number = number;
          settings.faults = {disruption(FaultKind::sequence_reset, 0, 3)};
          settings.loss_a = settings.loss_b = 0.3;
          SimulatedFeed feed(settings, universe(), Carries::both);
          feed.play();
          expect_faults_happened(feed);
          expect_states_agree(feed);
          expect_accounts_balance(feed);
          expect_numbers_balance(feed);
          expect_all_live(feed);
          Events events = accepted(feed, 3);
          for (MarketEvent& event : events) event.feed_sequence = 0;
          if (number == 1) first = events;
          expect_same(first, events, "channel 3");
        }
      },
      kPublisherSeeds);
}

TEST(HkexPublisherProperty, TestsOfAnotherDateLeaveTheEventsAsTheyAre) {
  for_each_seed(
      [](std::uint64_t seed) {
        for (const bool refresh : {false, true}) {
          sim::Settings calm = make_settings(seed, {.retransmission = refresh, .refresh = refresh});
          calm.hkex.trade_date = calm.trade_date;
          SimulatedFeed whole(calm, universe(), Carries::both);
          whole.play();
          sim::Settings tested = calm;
          tested.faults = {fault(FaultKind::other_date, Lines::both, 1.0, 1, 3)};
          SimulatedFeed feed(tested, universe(), Carries::both);
          feed.play();
          expect_faults_happened(feed);
          expect_same(whole.events(), feed.events(), "all channels");
          EXPECT_GT(feed.count(FeedCounter::other_date), 0u);
          EXPECT_EQ(whole.count(FeedCounter::other_date), 0u);
        }
      },
      kPublisherSeeds);
}

TEST(HkexPublisherProperty, ADisasterIsOverWhenTheExchangeSaysSo) {
  for_each_seed(
      [](std::uint64_t seed) {
        for (const std::uint32_t signal : {0u, 6u}) {
          for (const With with :
               {With{}, With{.retransmission = true, .refresh = true, .mid_day = true}}) {
            sim::Settings settings = make_settings(seed, with);
            if (signal != 0) {
              settings.hkex.disaster_recovery_channel = signal;
              settings.hkex.channels.push_back(
                  {signal, {"239.0.0.1", 51'000}, {"239.0.0.2", 51'001}, {}, {}});
            }
            settings.faults = {fault(FaultKind::disaster_recovery, Lines::both, 1.0, 8'000, 1)};
            SCOPED_TRACE(testing::Message() << "signal " << signal << ", refresh " << with.refresh);
            SimulatedFeed feed(settings, universe(), Carries::both);
            feed.play();
            expect_faults_happened(feed);
            EXPECT_EQ(feed.count(FeedCounter::disaster_signals), 2u);
            expect_accounts_balance(feed);
            // Without a refresh a security is awaited until its next message.
            if (with.refresh) {
              expect_all_live(feed);
              EXPECT_GE(feed.count(FeedCounter::refreshes), 5u);
            } else {
              EXPECT_NE(feed.handler().state(), FeedState::stale);
            }
          }
        }
      },
      kPublisherSeeds);
}

}  // namespace
}  // namespace indexcast::hkex
