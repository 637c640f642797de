// Hong Kong's feed with changes of the numbering by the simulated exchange: resets, restarts,
// repeated tickers, tests of another date and disasters, over many seeds.
#include <gtest/gtest.h>

#include "tests/property/hkex_property.h"

namespace indexcast::hkex {
namespace {

// A fault of the publisher that changes the numbering.
sim::Fault disruption(FaultKind kind, std::int64_t amount, std::uint32_t channel = 0) {
  sim::Fault made = fault(kind, Lines::both, 1.0, 0, 2);
  made.channel = channel;
  made.amount = amount;
  return made;
}

// The result is the same for each line alone and for both, with one copy of any packet lost.
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
