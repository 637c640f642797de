#include "server/definitions/calendar_file.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "server/settings/codec.h"
#include "server/settings/fault_list.h"
#include "server/settings/table_reader.h"
#include "server/settings/toml_file.h"

namespace indexcast::server {
namespace {

using feed::CalendarDate;
using feed::CalendarFault;
using feed::MarketCalendar;

constexpr std::int64_t kFirstYear = 1990;  // Shanghai and Shenzhen opened
constexpr std::int64_t kLastYear = 2200;

constexpr auto kDayKindWord = one_of<feed::DayKind>("trading", "half", "shut");

class CalendarLoader {
 public:
  explicit CalendarLoader(const std::string& path) : path_(path) {}

  absl::StatusOr<feed::Calendar> load() {
    const absl::StatusOr<toml::table> table = read_toml(path_);
    if (!table.ok()) return table.status();
    TableReader reader(*table, path_, "", faults_);
    feed::Calendar calendar;
    reader.require("year");
    reader.integer("year", calendar.year, kFirstYear, kLastYear);
    for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
      reader.require(feed::kVenueNames[i]);
      reader.section(feed::kVenueNames[i], [&](TableReader& market) {
        read_market(market, calendar.markets[i], calendar.year);
      });
    }
    reader.refuse_unknown_keys();
    if (!faults_.empty()) return faults_.status();
    return calendar;
  }

 private:
  void read_market(TableReader& reader, MarketCalendar& market, std::uint32_t year) {
    std::vector<int> lines;
    reader.require("sessions");
    reader.texts("sessions", market.full.sessions, TimeRangeText{});
    read_end(reader, "end", market.full);
    reader.texts("half_sessions", market.half.sessions, TimeRangeText{});
    read_end(reader, "half_end", market.half);
    reader.boolean("confirmed", market.confirmed);
    reader.tables("dates", market.dates, [&](TableReader& table, CalendarDate& entry) {
      lines.push_back(table.line_of("date"));
      for (const char* key : {"date", "state", "confirmed"}) table.require(key);
      table.text("date", entry.date, DateText{});
      table.text("state", entry.kind, kDayKindWord);
      table.boolean("confirmed", entry.confirmed);
      table.text("source", entry.source, AnyText{});
    });
    check(reader, market, year, lines);
  }

  // Left out, the day ends with its last session.
  static void read_end(TableReader& reader, const char* key, feed::Timetable& timetable) {
    if (!timetable.sessions.empty()) timetable.end_ms = timetable.sessions.back().end_ms;
    reader.text(key, timetable.end_ms, TimeOfDayText{});
  }

  void check(TableReader& reader, const MarketCalendar& market, std::uint32_t year,
             const std::vector<int>& lines) {
    for (const CalendarFault& fault : check_market_calendar(market, year)) {
      if (fault.entry == CalendarFault::kNoEntry) {
        reader.fault(fault.key, fault.what);
      } else if (market.dates[fault.entry].date != 0) {  // else its text was refused already
        faults_.add(
            path_, lines[fault.entry], reader.full_key("dates." + fault.key),
            fmt::format("{}: {}", DateText{}.format(market.dates[fault.entry].date), fault.what));
      }
    }
  }

  const std::string& path_;
  FaultList faults_;
};

bool enabled(const Config& config, feed::Venue venue) {
  switch (venue) {
    case feed::Venue::sse:
      return config.sse_enabled;
    case feed::Venue::szse:
      return config.szse_enabled;
    case feed::Venue::hkex:
      return config.hkex_enabled;
  }
  return false;
}

// Days from the trading day to `last`.
std::int64_t days_left(const Config& config, Date last) {
  return days_from_date(last) - days_from_date(config.day.date);
}

// One warning for the end of the calendars, else one for the end of their confirmed years.
void append_calendar_end(const Config& config, std::vector<std::string>& warnings) {
  const Date covered = config.day.covered_until;
  if (covered == 0) return;
  if (days_left(config, covered) <= kCalendarNoticeDays) {
    warnings.push_back(
        fmt::format("{}: the calendar ends on {}, {} days after {}: add the file of {}",
                    config.source, DateText{}.format(covered), days_left(config, covered),
                    DateText{}.format(config.day.date), covered / 10'000 + 1));
    return;
  }
  for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
    const auto venue = static_cast<feed::Venue>(i);
    const Date confirmed = config.day.of(venue).confirmed_until;
    if (confirmed == 0 || confirmed == covered || !enabled(config, venue)) continue;
    if (days_left(config, confirmed) > kCalendarNoticeDays) continue;
    warnings.push_back(fmt::format(
        "{}: the calendar of {} is confirmed until {}, {} days after {}: check the file of {}",
        config.source, name_of(venue), DateText{}.format(confirmed), days_left(config, confirmed),
        DateText{}.format(config.day.date), confirmed / 10'000 + 1));
  }
}

}  // namespace

absl::StatusOr<feed::Calendar> load_calendar(const std::string& path) {
  return CalendarLoader(path).load();
}

absl::StatusOr<feed::TradingDay> load_trading_day(const Config& config, Date date) {
  FaultList faults;
  std::map<std::uint32_t, std::pair<std::string, feed::Calendar>> years;
  for (const std::string& path : config.calendar) {
    absl::StatusOr<feed::Calendar> calendar = load_calendar(path);
    faults.add(calendar.status());
    if (!calendar.ok()) continue;
    const std::uint32_t year = calendar->year;
    const auto [it, added] = years.emplace(year, std::pair(path, *std::move(calendar)));
    if (!added) faults.add(path, 0, "year", fmt::format("{} is also for it", it->second.first));
  }
  if (!faults.empty()) return faults.status();
  feed::TradingDay day;
  day.date = date;
  std::array<bool, feed::kVenueCount> gap{};
  for (auto it = years.find(date / 10'000);
       it != years.end() && (day.covered_until == 0 || it->first == day.covered_until / 10'000 + 1);
       ++it) {
    const Date last = it->first * 10'000 + 1231;
    day.covered_until = last;
    for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
      const MarketCalendar& market = it->second.second.markets[i];
      if (it->first == date / 10'000) day.markets[i] = feed::market_day(market, date);
      gap[i] = gap[i] || !market.confirmed;
      if (!gap[i]) day.markets[i].confirmed_until = last;
    }
  }
  return day;
}

void set_trading_day(Config& config, feed::TradingDay day) {
  const auto set_breaks = [&](feed::Venue venue, std::vector<feed::TimeRange>& breaks) {
    const feed::Timetable& timetable = day.of(venue).timetable;
    if (!timetable.sessions.empty()) breaks = timetable.breaks();
  };
  set_breaks(feed::Venue::sse, config.sse.breaks);
  set_breaks(feed::Venue::hkex, config.hkex.breaks);
  const feed::MarketDay& hong_kong = day.of(feed::Venue::hkex);
  config.hkex.trade_date = day.date;
  config.hkex.market_shut = hong_kong.covered && hong_kong.kind == feed::DayKind::shut;
  config.day = std::move(day);
}

std::vector<std::string> trading_day_warnings(const Config& config) {
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < feed::kVenueCount; ++i) {
    const auto venue = static_cast<feed::Venue>(i);
    const feed::MarketDay& day = config.day.of(venue);
    if (day.confirmed || !enabled(config, venue)) continue;
    const std::string date = DateText{}.format(config.day.date);
    if (!day.covered) {
      warnings.push_back(
          fmt::format("{}: no calendar covers {}: {} is taken to trade, and its day "
                      "has no timetable",
                      config.source, date, name_of(venue)));
    } else {
      warnings.push_back(fmt::format("calendar: {} on {} is {}, not confirmed ({})", name_of(venue),
                                     date, name_of(day.kind), day.source));
    }
  }
  append_calendar_end(config, warnings);
  return warnings;
}

}  // namespace indexcast::server
