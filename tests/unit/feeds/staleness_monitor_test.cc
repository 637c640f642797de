// When a channel is stale: market data, its exchange time, and whether its market trades.
#include "feedhandlers/market/staleness_monitor.h"

#include <gtest/gtest.h>

namespace indexcast::feed {
namespace {

constexpr std::int64_t kLimit = 30 * kNsPerSecond;
constexpr TimeNs kMorning{1'743'559'200'000'000'000};

// Seconds of the receive clock; the exchange's runs beside it unless a test says otherwise.
class StalenessMonitorTest : public testing::Test {
 protected:
  TimeNs at(std::int64_t s) const { return kMorning + s * kNsPerSecond; }
  void data(std::int64_t s) {
    monitor_.on_data(at(s));
    monitor_.on_exchange_time(at(s), at(s));
  }
  // Data under the stamp of another second.
  void data_of(std::int64_t exchange_s, std::int64_t s) {
    monitor_.on_data(at(s));
    monitor_.on_exchange_time(at(exchange_s), at(s));
  }
  bool stale(std::int64_t s, bool trades = true) { return monitor_.stale(at(s), trades); }

  StalenessMonitor monitor_{kLimit};
};

TEST_F(StalenessMonitorTest, SilenceIsStaleAfterTheLimitAndDataEndsIt) {
  monitor_.start(at(0));
  data(10);
  EXPECT_FALSE(stale(39));
  EXPECT_TRUE(stale(40));
  data(41);
  EXPECT_FALSE(stale(41));
}

TEST_F(StalenessMonitorTest, AConnectionWithoutAnyDataIsStaleToo) {
  monitor_.start(at(0));
  EXPECT_FALSE(stale(29));
  EXPECT_TRUE(stale(30));
}

TEST_F(StalenessMonitorTest, WhatTheMarketDoesNotTradeIsNoSilence) {
  monitor_.start(at(0));
  data(10);
  for (std::int64_t s = 11; s < 5400; ++s) ASSERT_FALSE(stale(s, false)) << s;
  // Trading resumes, and may take as long again to say something.
  EXPECT_FALSE(stale(5428));
  EXPECT_TRUE(stale(5429));
}

TEST_F(StalenessMonitorTest, AClockThatStandsIsStaleThoughDataFlows) {
  monitor_.start(at(0));
  data(10);
  for (std::int64_t s = 11; s < 40; ++s) {
    data_of(10, s);
    ASSERT_FALSE(stale(s)) << s;
  }
  data_of(10, 40);
  EXPECT_TRUE(stale(40));
  data(41);
  EXPECT_FALSE(stale(41));
}

TEST_F(StalenessMonitorTest, ARoundOfOldStampsDoesNotMoveTheClock) {
  monitor_.start(at(0));
  data(10);
  for (std::int64_t s = 11; s <= 40; ++s) data_of(s % 10, s);
  EXPECT_TRUE(stale(40));
}

TEST_F(StalenessMonitorTest, ACompressedDayAndASlowOneBothAdvance) {
  monitor_.start(at(0));
  for (std::int64_t s = 1; s < 100; ++s) {
    data_of(s * 60, s);
    ASSERT_FALSE(stale(s)) << s;
  }
  for (std::int64_t s = 100; s < 200; ++s) {
    data_of(6000 + s / 10, s);
    ASSERT_FALSE(stale(s)) << s;
  }
}

TEST_F(StalenessMonitorTest, OneWrongStampDoesNotStopTheClock) {
  monitor_.start(at(0));
  data(10);
  data_of(86'400, 11);
  for (std::int64_t s = 12; s < 100; ++s) {
    data(s);
    ASSERT_FALSE(stale(s)) << s;
  }
}

TEST_F(StalenessMonitorTest, DataWithoutStampsIsJudgedByItsComingAlone) {
  monitor_.start(at(0));
  for (std::int64_t s = 1; s < 100; ++s) {
    monitor_.on_data(at(s));
    ASSERT_FALSE(stale(s)) << s;
  }
  EXPECT_TRUE(stale(129));
}

TEST_F(StalenessMonitorTest, AReconnectionDoesNotSetAFrozenClockGoing) {
  data(10);
  monitor_.start(at(50));
  data_of(10, 51);
  EXPECT_FALSE(stale(79));
  data_of(10, 80);
  EXPECT_TRUE(stale(80));
}

}  // namespace
}  // namespace indexcast::feed
