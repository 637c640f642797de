// Calendars of trading days, one file a year (server/definitions/FORMATS.md has the format).
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/market/calendar.h"
#include "server/settings/config.h"

namespace indexcast::server {

// Reads and checks one file. The status text is "file:line:key: what", one line per fault, all of
// them.
absl::StatusOr<feed::Calendar> load_calendar(const std::string& path);

// Loads the trading day `date` from the configured calendars. Fails when one is faulty or two are
// for the same year. Without one for the year every market is assumed to trade, not covered and not
// confirmed.
absl::StatusOr<feed::TradingDay> load_trading_day(const Config& config, Date date);

// Sets the day that runs, and the breaks of the feeds by its timetables; what no calendar covers
// keeps the configured breaks.
void set_trading_day(Config& config, feed::TradingDay day);

// The end of the calendar is announced this many days before.
inline constexpr std::int64_t kCalendarNoticeDays = 60;

// Warnings for the operator, one line each: enabled markets whose day is not confirmed, and the end
// of the calendar, or of its confirmed years, when it is kCalendarNoticeDays or fewer days away.
std::vector<std::string> trading_day_warnings(const Config& config);

}  // namespace indexcast::server
