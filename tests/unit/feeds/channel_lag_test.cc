// How late a channel is: METHODOLOGY 5, Staleness. Every expectation follows from its numbers: a
// base that is the smallest median of a full minute, 100 ppm, 3 s on either side, 60 s.
#include "feedhandlers/market/channel_lag.h"

#include <gtest/gtest.h>

namespace indexcast::feed {
namespace {

constexpr std::int64_t kMs = kNsPerMs;
constexpr TimeNs kOpen = china_time(20250402, 34'200'000);  // 09:30

// The base may rise by 6 ms a minute.
class Lag : public testing::Test {
 protected:
  // One message every 100 ms for so many seconds, each `late_ms` after its stamp; the clocks differ
  // by `offset_ms`.
  void trade(int seconds, std::int64_t late_ms, bool trades = true) {
    for (int i = 0; i < seconds * 10; ++i) {
      now_ = now_ + 100 * kMs;
      lag_.on_stamp(now_ + -(late_ms + offset_ms_) * kMs, now_);
      lag_.on_time(now_, trades);
    }
  }
  std::int64_t lag_ms() const { return lag_.lag_ns() / kMs; }

  ChannelLag lag_{{8 * kNsPerSecond, 60 * kNsPerSecond}};
  std::int64_t offset_ms_ = 0;
  TimeNs now_ = kOpen;
};

TEST_F(Lag, IsMeasuredFromTheBestMinuteAndNotFromTheStamp) {
  offset_ms_ = -1500;  // this host's clock is slow
  trade(61, 40);
  EXPECT_EQ(lag_ms(), 0);
  trade(10, 140);
  EXPECT_NEAR(static_cast<double>(lag_ms()), 100, 7);
  EXPECT_FALSE(lag_.exceeded());
}

TEST_F(Lag, BaseIsTheSmallestMedianOfAFullMinute) {
  trade(61, 500);
  trade(60, 20);   // a better minute
  trade(120, 90);  // worse ones change nothing
  EXPECT_NEAR(static_cast<double>(lag_ms()), 70, 20);
}

TEST_F(Lag, OneQuickMessageOfAMinuteIsNotTheBase) {
  for (int i = 0; i < 620; ++i) {
    now_ = now_ + 100 * kMs;
    lag_.on_stamp(now_ + -(i % 10 == 0 ? 1 : 50) * kMs, now_);
    lag_.on_time(now_, true);
  }
  trade(10, 50);
  EXPECT_EQ(lag_ms(), 0);
}

TEST_F(Lag, SmallestDifferenceOfFiveSecondsCounts) {
  trade(70, 10);
  trade(4, 3000);
  EXPECT_EQ(lag_ms(), 0) << "a burst of late messages behind timely ones";
  trade(2, 3000);
  EXPECT_NEAR(static_cast<double>(lag_ms()), 2990, 7);
}

TEST_F(Lag, StaleAfterThreeSecondsAboveTheLimitAndLiveAfterThreeBelow) {
  trade(130, 10);
  trade(5, 8100);
  EXPECT_FALSE(lag_.exceeded());
  trade(2, 8100);
  EXPECT_FALSE(lag_.exceeded());
  trade(2, 8100);
  EXPECT_TRUE(lag_.exceeded());
  trade(2, 10);
  EXPECT_TRUE(lag_.exceeded());
  trade(2, 10);
  EXPECT_FALSE(lag_.exceeded());
}

TEST_F(Lag, JustBelowTheLimitIsNotStale) {
  trade(130, 10);
  trade(60, 7990);
  EXPECT_FALSE(lag_.exceeded());
}

// Field case: a gateway that falls behind by half a second a minute is 25 s late in the end.
TEST_F(Lag, SlowGrowthIsNoDrift) {
  trade(61, 10);
  int minutes = 0;
  while (!lag_.exceeded() && minutes < 60) trade(60, 10 + 500 * ++minutes);
  EXPECT_EQ(minutes, 17) << "8.5 s late; the clocks drift by 0.1 s in that time";
}

TEST_F(Lag, DriftOfTheClocksIsFollowed) {
  trade(61, 10);
  // 50 ppm for two hours: 360 ms.
  for (int i = 0; i < 7200; ++i) {
    now_ = now_ + kNsPerSecond;
    lag_.on_stamp(now_ + -(10 * kMs + i * 50'000), now_);
    lag_.on_time(now_, true);
  }
  EXPECT_EQ(lag_ms(), 0);
}

TEST_F(Lag, IsJudgedInTradingOnlyAndNotInItsFirstMinute) {
  trade(130, 10);
  trade(30, 9000, false);
  EXPECT_FALSE(lag_.exceeded());
  trade(59, 9000);
  EXPECT_FALSE(lag_.exceeded()) << "an auction's result brings many messages at once";
  trade(6, 9000);
  EXPECT_TRUE(lag_.exceeded());
}

TEST_F(Lag, ClocksThatDifferByMoreThanPlausibleDifferUntilTheFirstFullMinute) {
  offset_ms_ = 61'000;
  trade(59, 10);
  EXPECT_TRUE(lag_.clocks_differ());
  trade(2, 10);
  EXPECT_FALSE(lag_.clocks_differ()) << "they always do";
  EXPECT_EQ(lag_ms(), 0);
}

TEST_F(Lag, StampsAMinuteAheadOfTheBaseAreNotBelieved) {
  offset_ms_ = -90'000;  // stamps are 90 s ahead of this host, always
  trade(61, 10);
  const TimeNs stamp = now_ + 90 * kNsPerSecond;
  EXPECT_TRUE(lag_.believes(stamp, now_));
  EXPECT_TRUE(lag_.believes(stamp + 59 * kNsPerSecond, now_));
  EXPECT_FALSE(lag_.believes(stamp + 61 * kNsPerSecond, now_));
  EXPECT_FALSE(lag_.believes(china_time(20250402, 86'340'000), now_)) << "23:59";
  EXPECT_TRUE(lag_.believes(now_ + -4 * 3600 * kNsPerSecond, now_)) << "the past is order's matter";
}

TEST_F(Lag, BeforeTheBaseTheOtherStampsShowWhatToExpect) {
  EXPECT_TRUE(lag_.believes(now_ + 3600 * kNsPerSecond, now_))
      << "there is nothing to compare with";
  offset_ms_ = -3'600'000;  // this host is an hour slow
  trade(2, 10);
  EXPECT_TRUE(lag_.believes(now_ + 3600 * kNsPerSecond, now_));
  EXPECT_TRUE(lag_.believes(now_ + 3659 * kNsPerSecond, now_));
  EXPECT_FALSE(lag_.believes(now_ + 3661 * kNsPerSecond, now_));
}

TEST_F(Lag, WithoutALimitNothingIsJudged) {
  ChannelLag off{LagLimits{}};
  EXPECT_TRUE(off.believes(now_ + 86'400 * kNsPerSecond, now_));
  for (int i = 0; i < 200; ++i) {
    now_ = now_ + kNsPerSecond;
    off.on_stamp(now_ + -i * 10 * kNsPerSecond, now_);
    off.on_time(now_, true);
  }
  EXPECT_FALSE(off.exceeded());
  EXPECT_EQ(off.lag_ns(), 0);
}

}  // namespace
}  // namespace indexcast::feed
