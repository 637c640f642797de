// Hong Kong's feed with the simulated exchange over many seeds. Losses that the other line,
// retransmission or refresh repair change no event, the states show when they could not be repaired
// yet, and the counts of both sides are equal.
#include <gtest/gtest.h>

#include "tests/property/hkex_property.h"

namespace indexcast::hkex {
namespace {

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

}  // namespace
}  // namespace indexcast::hkex
