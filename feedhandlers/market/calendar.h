// The days on which markets trade, as a site states them for one year (METHODOLOGY 5). Plain data
// and pure functions; server/definitions reads the file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/market/venue.h"

namespace indexcast::feed {

enum class DayKind : std::uint8_t { trading, half, shut };

inline constexpr std::array<std::string_view, 3> kDayKindNames{"trading", "half", "shut"};

constexpr std::string_view name_of(DayKind kind) {
  return kDayKindNames[static_cast<std::size_t>(kind)];
}

// A day's sessions in their order, auctions included, and the time of day (China, ms from midnight)
// at which the last one has ended.
struct Timetable {
  std::vector<TimeRange> sessions;
  std::int64_t end_ms = 0;

  // Times between two sessions that do not touch.
  std::vector<TimeRange> breaks() const;
};

// A date that differs from the rule, or that was checked.
struct CalendarDate {
  Date date = 0;
  DayKind kind = DayKind::shut;
  bool confirmed = false;  // checked against the exchange's own notice
  std::string source;      // who says so
};

// The rule: shut on weekends, trading on every other date that is not listed.
struct MarketCalendar {
  Timetable full;
  Timetable half;                   // no sessions: the market has no half days
  bool confirmed = false;           // the rule holds for every weekday that is not listed
  std::vector<CalendarDate> dates;  // ascending
};

struct Calendar {
  std::uint32_t year = 0;
  std::array<MarketCalendar, kVenueCount> markets;
};

// One market on one date, from the calendar.
struct MarketDay {
  DayKind kind = DayKind::trading;
  bool covered = false;  // some calendar is for that year; if not, this is a guess
  bool confirmed = false;
  Timetable timetable;  // no sessions when shut or not covered
  std::string source;
  // Last day of the consecutive years, from this one on, whose calendars are confirmed as a whole
  // for the market; 0: this year's is not confirmed.
  Date confirmed_until = 0;
};

// All markets on the day that runs.
struct TradingDay {
  Date date = 0;
  // Last day of the consecutive years, from this one on, that have a calendar; 0: this year has
  // none.
  Date covered_until = 0;
  std::array<MarketDay, kVenueCount> markets;

  const MarketDay& of(Venue venue) const { return markets[static_cast<std::size_t>(venue)]; }
};

constexpr bool is_weekend(Date date) {
  const std::int64_t weekday = (days_from_date(date) + 4) % 7;  // 1970-01-01 was a Thursday
  return weekday == 0 || weekday == 6;
}

// `date` is of the calendar's year.
MarketDay market_day(const MarketCalendar& market, Date date);

// Something that cannot be so. `entry` is the position in `dates`; npos: a key of the market
// itself.
struct CalendarFault {
  static constexpr std::size_t kNoEntry = ~std::size_t{0};
  std::size_t entry = kNoEntry;
  std::string key;
  std::string what;
};

// Every fault: dates ascending, each once and of the year; weekdays only for trading; timetables in
// order; a half day that ends before the full day's last session begins, and only where there is
// one.
std::vector<CalendarFault> check_market_calendar(const MarketCalendar& market, std::uint32_t year);

}  // namespace indexcast::feed
