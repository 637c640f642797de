// Instants and dates as the core sees them: numbers that arrive in events, never read from a clock.
#pragma once

#include <compare>
#include <cstdint>

namespace indexcast {

// Nanoseconds since 1970-01-01 UTC. Zero means "not known".
struct TimeNs {
  std::int64_t ns = 0;
  friend constexpr auto operator<=>(TimeNs, TimeNs) = default;
};

// Later than any instant: a deadline that does not exist.
inline constexpr TimeNs kNoDeadline{0x7fff'ffff'ffff'ffff};

inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNsPerUs = 1'000;
inline constexpr std::int64_t kNsPerMs = 1'000'000;
inline constexpr std::int64_t kNsPerDay = 86'400 * kNsPerSecond;
// China and Hong Kong Standard Time, no daylight saving.
inline constexpr std::int64_t kChinaOffsetNs = 8 * 3600 * kNsPerSecond;

constexpr TimeNs operator+(TimeNs t, std::int64_t ns) { return {t.ns + ns}; }
constexpr std::int64_t operator-(TimeNs a, TimeNs b) { return a.ns - b.ns; }

// A calendar date as the decimal number YYYYMMDD; 0 means "none".
using Date = std::uint32_t;

// Days since 1970-01-01 of a proleptic Gregorian date.
constexpr std::int64_t days_from_date(Date date) {
  std::int64_t y = date / 10000;
  const std::int64_t m = date / 100 % 100;
  const std::int64_t d = date % 100;
  y -= m <= 2;
  const std::int64_t era = y / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

// Inverse of days_from_date.
constexpr Date date_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = days / 146097;
  const std::int64_t doe = days - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t d = doy - (153 * mp + 2) / 5 + 1;
  const std::int64_t m = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t y = yoe + era * 400 + (m <= 2);
  return static_cast<Date>(y * 10000 + m * 100 + d);
}

// Instant of a China-time date and time of day. `time_of_day_ms` counts milliseconds from midnight.
constexpr TimeNs china_time(Date date, std::int64_t time_of_day_ms) {
  return {days_from_date(date) * kNsPerDay - kChinaOffsetNs + time_of_day_ms * kNsPerMs};
}

// Milliseconds from China-time midnight of an instant, 0 .. 86,399,999.
constexpr std::int64_t china_time_of_day_ms(TimeNs t) {
  return (t.ns + kChinaOffsetNs) % kNsPerDay / kNsPerMs;
}

// China-time date of an instant.
constexpr Date china_date(TimeNs t) { return date_from_days((t.ns + kChinaOffsetNs) / kNsPerDay); }

}  // namespace indexcast
