#include "feedhandlers/market/calendar.h"

#include <algorithm>

namespace indexcast::feed {
namespace {

class Check {
 public:
  Check(const MarketCalendar& market, std::uint32_t year) : market_(market), year_(year) {}

  std::vector<CalendarFault> run() {
    check_sessions("sessions", "end", market_.full, true);
    check_sessions("half_sessions", "half_end", market_.half, false);
    check_half_day();
    for (std::size_t i = 0; i < market_.dates.size(); ++i) check_date(i);
    return std::move(faults_);
  }

 private:
  void add(std::string key, std::string what, std::size_t entry = CalendarFault::kNoEntry) {
    faults_.push_back({entry, std::move(key), std::move(what)});
  }

  void check_sessions(const char* key, const char* end_key, const Timetable& timetable,
                      bool needed) {
    const auto& sessions = timetable.sessions;
    if (sessions.empty()) {
      if (needed) add(key, "at least one is needed");
      return;
    }
    for (std::size_t i = 1; i < sessions.size(); ++i) {
      if (sessions[i].begin_ms < sessions[i - 1].end_ms)
        return add(key, "must be in order and must not overlap");
    }
    if (timetable.end_ms < sessions.back().end_ms)
      add(end_key, "must not be before the end of the last session");
  }

  void check_half_day() {
    if (market_.half.sessions.empty() || market_.full.sessions.empty()) return;
    if (market_.half.end_ms > market_.full.sessions.back().begin_ms)
      add("half_end", "a half day must be over before a full day's last session begins");
  }

  void check_date(std::size_t i) {
    const CalendarDate& entry = market_.dates[i];
    if (entry.date / 10'000 != year_)
      add("date", "must be of the year " + std::to_string(year_), i);
    if (i > 0 && entry.date == market_.dates[i - 1].date) add("date", "appears twice", i);
    if (i > 0 && entry.date < market_.dates[i - 1].date)
      add("date", "must come after the one before", i);
    if (entry.kind != DayKind::shut && is_weekend(entry.date))
      add("date", "no market trades on a Saturday or Sunday", i);
    if (entry.kind == DayKind::half && market_.half.sessions.empty())
      add("state", "the market has no half_sessions", i);
    if (entry.confirmed && entry.source.empty())
      add("source", "a confirmed date must say who says so", i);
  }

  const MarketCalendar& market_;
  std::uint32_t year_;
  std::vector<CalendarFault> faults_;
};

}  // namespace

std::vector<TimeRange> Timetable::breaks() const {
  std::vector<TimeRange> breaks;
  for (std::size_t i = 1; i < sessions.size(); ++i) {
    if (sessions[i - 1].end_ms < sessions[i].begin_ms)
      breaks.push_back({sessions[i - 1].end_ms, sessions[i].begin_ms});
  }
  return breaks;
}

MarketDay market_day(const MarketCalendar& market, Date date) {
  MarketDay day;
  day.covered = true;
  const auto entry = std::ranges::find(market.dates, date, &CalendarDate::date);
  if (entry != market.dates.end()) {
    day.kind = entry->kind;
    day.confirmed = entry->confirmed;
    day.source = entry->source;
  } else if (is_weekend(date)) {
    day.kind = DayKind::shut;
    day.confirmed = true;
    day.source = "weekend";
  } else {
    day.confirmed = market.confirmed;
    day.source = "a weekday that is not listed";
  }
  if (day.kind == DayKind::trading) day.timetable = market.full;
  if (day.kind == DayKind::half) day.timetable = market.half;
  return day;
}

std::vector<CalendarFault> check_market_calendar(const MarketCalendar& market, std::uint32_t year) {
  return Check(market, year).run();
}

}  // namespace indexcast::feed
