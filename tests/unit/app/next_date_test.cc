#include <gtest/gtest.h>

#include <array>

#include "server/app/loaded_day.h"

namespace indexcast::server {
namespace {

constexpr Date kYesterday = 20250401;
constexpr Date kToday = 20250402;
constexpr Date kTomorrow = 20250403;
constexpr std::array kDays{kYesterday, kToday, kTomorrow};
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kBeginMs = 13 * kHourMs / 2;  // 06:30

Date begun(const DateEvidence& evidence) { return next_date(kToday, evidence, kBeginMs, kDays); }

TEST(NextDate, NewDayBeginsInTheMorningWhenBothClocksHaveItsDate) {
  DateEvidence evidence{.heard = true};
  evidence.receive = evidence.wall = china_time(kTomorrow, kBeginMs - 1);
  EXPECT_EQ(begun(evidence), 0u);
  evidence.receive = evidence.wall = china_time(kTomorrow, kBeginMs);
  EXPECT_EQ(begun(evidence), kTomorrow);
}

TEST(NextDate, NewDayWaitsUntilEveryMarketIsOver) {
  DateEvidence evidence{.heard = true, .trading = true};
  evidence.receive = evidence.wall = china_time(kTomorrow, kBeginMs);
  EXPECT_EQ(begun(evidence), 0u);
  evidence.trading = false;
  EXPECT_EQ(begun(evidence), kTomorrow);
}

TEST(NextDate, WallClockAloneEndsNoDay) {
  for (const std::int64_t hour : {0, 8, 11, 15, 20, 23}) {
    for (const bool trading : {false, true}) {
      DateEvidence evidence{.stamped = kToday, .heard = true, .trading = trading};
      evidence.receive = china_time(kToday, hour * kHourMs);
      evidence.wall = evidence.receive + kNsPerDay;
      EXPECT_EQ(begun(evidence), 0u) << hour;
    }
  }
}

TEST(NextDate, StepBackDoesNotReturnToADayBefore) {
  DateEvidence evidence{.stamped = kToday, .heard = true};
  evidence.receive = china_time(kToday, kHourMs / 2);
  evidence.wall = evidence.receive + -kNsPerDay / 24;  // an hour back, to yesterday
  EXPECT_EQ(china_date(evidence.wall), kYesterday);
  EXPECT_EQ(begun(evidence), 0u);
}

TEST(NextDate, OldDataOfAMarketAloneDoesNotReturnToADayBefore) {
  DateEvidence evidence{.stamped = kYesterday};
  evidence.receive = evidence.wall = china_time(kToday, 8 * kHourMs);
  EXPECT_EQ(begun(evidence), 0u);
}

// The server started while the wall clock was a day behind, and the clock was put right.
TEST(NextDate, MarketConfirmsACorrectedWallClockThatWasBehind) {
  DateEvidence evidence;
  evidence.receive = china_time(kToday, 9 * kHourMs);
  evidence.wall = china_time(kTomorrow, 9 * kHourMs);
  EXPECT_EQ(begun(evidence), 0u);
  evidence.stamped = kTomorrow;
  EXPECT_EQ(begun(evidence), kTomorrow);
}

// The server started while the wall clock was a day ahead, and the clock was put right.
TEST(NextDate, MarketConfirmsACorrectedWallClockThatWasAhead) {
  DateEvidence evidence;
  evidence.receive = china_time(kToday, 9 * kHourMs);
  evidence.wall = china_time(kYesterday, 9 * kHourMs);
  EXPECT_EQ(begun(evidence), 0u);
  evidence.stamped = kYesterday;
  EXPECT_EQ(begun(evidence), kYesterday);
  evidence.heard = true;
  EXPECT_EQ(begun(evidence), 0u);
}

TEST(NextDate, DateWithoutDefinitionsDoesNotBegin) {
  DateEvidence evidence;
  evidence.receive = evidence.wall = china_time(20250404, 9 * kHourMs);
  EXPECT_EQ(begun(evidence), 0u);
}

}  // namespace
}  // namespace indexcast::server
