// A venue's day as a list of steps, on exchange time.
#pragma once

#include <cstdint>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/simulator/faults/fault_plan.h"
#include "feedhandlers/simulator/faults/random.h"

namespace indexcast::sim {

// Microseconds from China-time midnight: fine enough for thousands of ticks a second.
using Micros = std::int64_t;
inline constexpr Micros kMicrosPerMs = 1'000;
inline constexpr Micros kMicrosPerSecond = 1'000'000;

// The mainland's trading rules of 2026 are in force from this day on: closing auction of Shanghai's
// funds, after-hours fixed price trading of all A shares and ETFs, 10 % limit of main board ST
// shares (SSE notes 5.2 after the guide V1.0 of 2026-04-24 to the revised rules, SZSE notes 4.1;
// the date itself is from secondary sources).
inline constexpr Date kTradingRules2026 = 20260706;

// After-hours fixed price trading of both mainland exchanges matches in this time (the same
// sections).
inline constexpr Micros kAfterHoursBegin = feed::hms(15, 5) * kMicrosPerMs;
inline constexpr Micros kAfterHoursEnd = feed::hms(15, 30) * kMicrosPerMs;

enum class Phase : std::uint8_t {
  before_open,
  opening_auction,
  opened,  // the auction is over, continuous trading has not begun
  continuous,
  lunch,
  closing_auction,
  closed,
};

constexpr bool is_auction(Phase phase) {
  return phase == Phase::opening_auction || phase == Phase::closing_auction;
}

// Until the next step the venue is in `phase`; `hkex_session` is Hong Kong's TradingSessionSubID
// of it (protocol notes, 3.4), 0 on the mainland.
struct SessionStep {
  Micros begin = 0;
  Phase phase = Phase::before_open;
  std::uint8_t hkex_session = 0;
};

// When the venues begin to speak and fall silent on a whole day: reference data before Hong Kong's
// pre-opening session, day close after its last closing price.
inline constexpr std::int64_t kDayBeginMs = (8 * 60 + 55) * 60'000;
inline constexpr std::int64_t kDayEndMs = (16 * 60 + 20) * 60'000;

// Kind of a venue's day.
enum class VenueDayKind : std::uint8_t {
  whole,
  half,    // Hong Kong: continuous trading ends at noon, its closing auction at 12:10
  silent,  // shut, with gateways and lines up that carry heartbeats and no data
  absent,  // shut, with nothing there at all
};

// Kind of the venue's day under `faults`.
VenueDayKind day_kind(const FaultPlan& faults, feed::Venue venue);

// A half day is Hong Kong's; others are planned whole. Ascending; the first step begins at
// kDayBeginMs. Hong Kong's random ends are drawn from `random`.
std::vector<SessionStep> plan_session(feed::Venue venue, VenueDayKind kind, Random& random);

// HHMMSSsss of a time of day.
constexpr std::int64_t clock_digits(std::int64_t ms) {
  const std::int64_t s = ms / 1000;
  return ((s / 3600 * 100 + s / 60 % 60) * 100 + s % 60) * 1000 + ms % 1000;
}

// YYYYMMDDHHMMSSsss in China time.
constexpr std::int64_t timestamp_digits(Date date, std::int64_t ms) {
  return std::int64_t{date} * 1'000'000'000 + clock_digits(ms);
}
constexpr std::int64_t timestamp_digits(TimeNs t) {
  return timestamp_digits(china_date(t), china_time_of_day_ms(t));
}

}  // namespace indexcast::sim
