#include "proto/subscriber/failover.h"

#include <gtest/gtest.h>

#include <set>

namespace indexcast::subscriber {
namespace {

constexpr Time kTimeout{2'000};
constexpr Time kReturn{30'000};
constexpr Time kBetter{3'000};
constexpr Time kUnready{10'000};
constexpr Failover::Limits kLimits{.timeout = kTimeout,
                                   .return_after = kReturn,
                                   .better_after = kBetter,
                                   .unready_after = kUnready};

class FailoverTest : public testing::Test {
 protected:
  // Heartbeats of the servers named, every second up to `end`; the switches that come.
  std::vector<Switch> beat(std::initializer_list<std::size_t> servers, Time end) {
    std::vector<Switch> out;
    for (; now_ < end; now_ += Time{1'000}) {
      for (const std::size_t server : servers) {
        failover_.heartbeat(server, {1, !unready_.contains(server), draining_.contains(server)},
                            now_);
        failover_.set_quotable(server, "A", !unquotable_.contains(server));
      }
      while (failover_.expire(now_)) {
      }
      if (const auto change = failover_.check(now_)) out.push_back(*change);
    }
    return out;
  }

  Time now_{0};
  std::set<std::size_t> draining_;
  std::set<std::size_t> unready_;
  std::set<std::size_t> unquotable_;
  Failover failover_{2, kLimits, now_};
};

TEST_F(FailoverTest, staysWithThePrimaryWhileItLives) {
  EXPECT_TRUE(beat({0, 1}, Time{100'000}).empty());
  EXPECT_EQ(failover_.active(), 0u);
}

TEST_F(FailoverTest, leavesAPrimaryThatFallsSilent) {
  beat({0, 1}, Time{10'000});
  const auto changes = beat({1}, Time{20'000});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].to, 1u);
  EXPECT_EQ(changes[0].reason, SwitchReason::heartbeat_timeout);
  EXPECT_FALSE(failover_.alive(0));
}

TEST_F(FailoverTest, leavesAPrimaryThatNeverSpoke) {
  EXPECT_TRUE(beat({1}, kTimeout).empty()) << "it has the time of a timeout";
  EXPECT_EQ(beat({1}, kTimeout + Time{1'000}).size(), 1u);
}

TEST_F(FailoverTest, keepsASilentServerWhileNoOtherSpeaks) {
  beat({0}, Time{10'000});
  EXPECT_TRUE(beat({}, Time{100'000}).empty());
  EXPECT_EQ(beat({1}, Time{102'000}).size(), 1u);
}

TEST_F(FailoverTest, returnsToAPrimaryThatLivedLongEnough) {
  beat({0, 1}, Time{10'000});
  beat({1}, Time{20'000});
  EXPECT_TRUE(beat({0, 1}, Time{49'000}).empty());
  const auto changes = beat({0, 1}, Time{52'000});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].to, 0u);
  EXPECT_EQ(changes[0].reason, SwitchReason::primary_returned);
}

TEST_F(FailoverTest, aRestartOfThePrimaryBeginsItsWaitAnew) {
  beat({0, 1}, Time{10'000});
  beat({1}, Time{20'000});
  beat({0, 1}, Time{45'000});
  failover_.heartbeat(0, {2}, now_);
  failover_.heartbeat(1, {1}, now_);
  EXPECT_FALSE(failover_.check(Time{55'000}).has_value());
}

TEST_F(FailoverTest, neverReturnsWhereThatIsNotWanted) {
  Failover failover(2, {.timeout = kTimeout}, Time{0});
  EXPECT_EQ(failover.expire(Time{6'000}), 0u);
  failover.heartbeat(1, {1}, Time{6'000});
  ASSERT_TRUE(failover.check(Time{6'000}).has_value());
  for (Time at{6'000}; at < Time{900'000}; at += Time{1'000}) {
    failover.heartbeat(0, {1}, at);
    failover.heartbeat(1, {1}, at);
    EXPECT_FALSE(failover.check(at).has_value());
  }
}

TEST_F(FailoverTest, leavesAServerThatLostItsDayIfTheOtherLives) {
  EXPECT_FALSE(failover_.epoch_lost(now_).has_value());
  beat({0, 1}, Time{2'000});
  const auto change = failover_.epoch_lost(now_);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->to, 1u);
  EXPECT_EQ(change->reason, SwitchReason::epoch_lost);
}

TEST_F(FailoverTest, leavesAServerThatIsDrainedAtOnceAndComesBackOnceItIsNotForLongEnough) {
  beat({0, 1}, Time{10'000});
  draining_ = {0};
  auto changes = beat({0, 1}, Time{11'000});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].to, 1u);
  EXPECT_EQ(changes[0].reason, SwitchReason::draining);
  EXPECT_TRUE(beat({0, 1}, Time{100'000}).empty());
  draining_.clear();
  EXPECT_TRUE(beat({0, 1}, Time{100'000} + kReturn - Time{1'000}).empty());
  changes = beat({0, 1}, Time{140'000});
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].reason, SwitchReason::primary_returned);
}

TEST_F(FailoverTest, staysWithADrainedServerWhileTheOtherIsSilentOrDrainedToo) {
  draining_ = {0};
  EXPECT_TRUE(beat({0}, Time{20'000}).empty());
  draining_ = {0, 1};
  EXPECT_TRUE(beat({0, 1}, Time{40'000}).empty());
}

TEST_F(FailoverTest, leavesAServerAtOnceWhoseConnectionIsClosed) {
  beat({0, 1}, Time{10'000});
  EXPECT_TRUE(failover_.close(0, now_));
  EXPECT_FALSE(failover_.live());
  const auto change = failover_.check(now_);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->reason, SwitchReason::connection_lost);
  EXPECT_TRUE(failover_.live());
  EXPECT_FALSE(failover_.close(0, now_)) << "it was lost before";
}

TEST_F(FailoverTest, doesNotWaitForAPrimaryThatRefusesTheFirstConnection) {
  failover_.close(0, now_);
  EXPECT_FALSE(failover_.live());
  ASSERT_EQ(beat({1}, Time{1'000}).size(), 1u);
  EXPECT_EQ(failover_.active(), 1u);
}

TEST_F(FailoverTest, choosesAServerOnlyWhenItIsReady) {
  unready_ = {1};
  beat({0, 1}, Time{10'000});
  EXPECT_TRUE(beat({1}, Time{18'000}).empty()) << "the primary is lost, the backup not ready";
  EXPECT_FALSE(failover_.live());
  unready_.clear();
  ASSERT_EQ(beat({1}, Time{19'000}).size(), 1u);
  EXPECT_TRUE(failover_.live());
}

TEST_F(FailoverTest, usesOneThatIsNotReadyAsTheLastResort) {
  unready_ = {1};
  beat({0, 1}, Time{10'000});
  EXPECT_TRUE(beat({1}, Time{11'000} + kUnready).empty());
  EXPECT_EQ(beat({1}, Time{13'000} + kUnready).size(), 1u);
}

TEST_F(FailoverTest, drainsOnlyToAServerThatIsReadyAndAsGood) {
  beat({0, 1}, Time{5'000});
  draining_ = {0};
  unready_ = {1};
  EXPECT_TRUE(beat({0, 1}, Time{10'000}).empty());
  unready_.clear();
  unquotable_ = {1};
  EXPECT_TRUE(beat({0, 1}, Time{20'000}).empty()) << "its index cannot be quoted there";
  unquotable_.clear();
  EXPECT_EQ(beat({0, 1}, Time{21'000}).size(), 1u);
}

TEST_F(FailoverTest, returnsOnlyWhenThePrimaryIsReadyAndItsIndexAsGood) {
  beat({0, 1}, Time{10'000});
  beat({1}, Time{20'000});
  unready_ = {0};
  EXPECT_TRUE(beat({0, 1}, Time{100'000}).empty());
  unready_.clear();
  unquotable_ = {0};
  EXPECT_TRUE(beat({0, 1}, Time{200'000}).empty());
  unquotable_ = {0, 1};
  EXPECT_TRUE(beat({0, 1}, Time{200'000} + kReturn - Time{1'000}).empty());
  EXPECT_EQ(beat({0, 1}, Time{203'000} + kReturn).size(), 1u) << "neither can be quoted";
}

TEST_F(FailoverTest, leavesAServerThatIsWorseForLongEnough) {
  beat({0, 1}, Time{10'000});
  unready_ = {0};
  EXPECT_TRUE(beat({0, 1}, Time{9'000} + kBetter).empty());
  const auto changes = beat({0, 1}, Time{10'000} + kBetter);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].reason, SwitchReason::other_is_better);
  // Switches are at least return_after apart, for any alternating states.
  int switches = 0;
  for (int i = 0; i < 100; ++i) {
    unready_ = {failover_.active()};
    switches += static_cast<int>(beat({0, 1}, now_ + Time{5'000}).size());
  }
  EXPECT_LE(switches, 500 / 30);
  EXPECT_GE(switches, 10);
}

TEST_F(FailoverTest, doesNotCompareIndicesOfWhichEachServerHasOne) {
  failover_.heartbeat(0, {1}, now_);
  failover_.heartbeat(1, {1}, now_);
  failover_.set_quotable(0, "B", true);
  failover_.set_quotable(1, "C", true);
  draining_ = {0};
  EXPECT_TRUE(beat({0, 1}, Time{50'000}).empty());
  failover_.set_quotable(1, "B", true);
  EXPECT_EQ(beat({0, 1}, Time{51'000}).size(), 1u);
}

TEST_F(FailoverTest, believesNothingOfAServerFromBeforeItWasLostOrRestarted) {
  beat({0, 1}, Time{10'000});
  failover_.heartbeat(1, {2}, now_);
  draining_ = {0};
  failover_.heartbeat(0, {1, true, true}, now_);
  EXPECT_FALSE(failover_.check(now_).has_value()) << "no table since its restart";
  failover_.set_quotable(1, "A", true);
  EXPECT_TRUE(failover_.check(now_).has_value());
}

TEST_F(FailoverTest, saysWhichServersWereNeverHeard) {
  EXPECT_TRUE(failover_.live()) << "they have the time of a timeout";
  EXPECT_TRUE(beat({}, kTimeout + Time{1'000}).empty());
  EXPECT_FALSE(failover_.live());
  EXPECT_FALSE(failover_.any_alive());
}

TEST(FailoverOfOne, hasNowhereToGo) {
  Failover failover(1, kLimits, Time{0});
  EXPECT_FALSE(failover.check(Time{100'000}).has_value());
  EXPECT_FALSE(failover.epoch_lost(Time{100'000}).has_value());
}

}  // namespace
}  // namespace indexcast::subscriber
