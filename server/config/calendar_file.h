// Calendars of trading days, one file a year (README.md has the format).
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "feedhandlers/common/calendar.h"
#include "server/config/config.h"

namespace indexcast::server {

// Reads and checks one file. The status text is "file:line:key: what", one line per fault, all of
// them.
absl::StatusOr<feed::Calendar> load_calendar(const std::string& path);

// What the configured calendars say of `date`. Refuses them when one is faulty or two are for the
// same year. Without one for the year every market is taken to trade, not covered and not
// confirmed.
absl::StatusOr<feed::TradingDay> load_trading_day(const Config& config, Date date);

// Sets the day that runs, and the breaks of the feeds by its timetables; what no calendar covers
// keeps the configured breaks.
void set_trading_day(Config& config, feed::TradingDay day);

// What an operator should check before relying on the day, one line each; empty when it is
// confirmed for every enabled market.
std::vector<std::string> trading_day_warnings(const Config& config);

}  // namespace indexcast::server
