#include "server/definitions/calendar_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/source_dir.h"
#include "tests/support/temporary_folder.h"

namespace indexcast::server {
namespace {

using feed::DayKind;
using feed::hms;
using feed::Venue;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string kMainland =
    R"(sessions = ["09:15:00-09:25:00", "09:30:00-11:30:00", "13:00:00-15:00:00"]
confirmed = true
)";
const std::string kHongKong = R"([hkex]
sessions = ["09:00:00-12:00:00", "13:00:00-16:10:00"]
half_sessions = ["09:00:00-12:10:00"]
confirmed = true
)";

// A calendar of 2026 whose Hong Kong part ends in `dates`.
std::string calendar_text(const std::string& dates = {}) {
  return "year = 2026\n[sse]\n" + kMainland + "[szse]\n" + kMainland + kHongKong + dates;
}

std::string date_entry(const std::string& date, const std::string& state) {
  return "[[hkex.dates]]\ndate = \"" + date + "\"\nstate = \"" + state +
         "\"\nconfirmed = true\nsource = \"a notice\"\n";
}

class CalendarFile : public testing::Test {
 protected:
  std::string fault(const std::string& text) {
    const auto calendar = load_calendar(folder_.write("2026.toml", text));
    return calendar.ok() ? "loaded" : std::string(calendar.status().message());
  }
  feed::MarketDay day(const std::string& text, Venue venue, Date date) {
    const auto calendar = load_calendar(folder_.write("2026.toml", text));
    EXPECT_TRUE(calendar.ok()) << calendar.status();
    return feed::market_day(calendar->markets[static_cast<std::size_t>(venue)], date);
  }
  Config config(std::vector<std::string> calendars) {
    Config config;
    config.source = "c.toml";
    config.calendar = std::move(calendars);
    return config;
  }
  TemporaryFolder folder_;
};

TEST_F(CalendarFile, WeekendsAreShutAndOtherDatesTrade) {
  const std::string text = calendar_text();
  EXPECT_EQ(day(text, Venue::sse, 20260109).kind, DayKind::trading);
  EXPECT_EQ(day(text, Venue::sse, 20260110).kind, DayKind::shut);
  EXPECT_EQ(day(text, Venue::sse, 20260111).kind, DayKind::shut);
  EXPECT_EQ(day(text, Venue::sse, 20260112).kind, DayKind::trading);
  EXPECT_TRUE(day(text, Venue::sse, 20260111).confirmed);
}

TEST_F(CalendarFile, AListedDateIsWhatItSays) {
  const std::string text =
      calendar_text(date_entry("2026-02-16", "half") + date_entry("2026-02-17", "shut"));
  const feed::MarketDay half = day(text, Venue::hkex, 20260216);
  EXPECT_EQ(half.kind, DayKind::half);
  EXPECT_EQ(half.timetable.end_ms, hms(12, 10));
  EXPECT_THAT(half.timetable.breaks(), IsEmpty());
  const feed::MarketDay shut = day(text, Venue::hkex, 20260217);
  EXPECT_EQ(shut.kind, DayKind::shut);
  EXPECT_EQ(shut.source, "a notice");
  EXPECT_THAT(shut.timetable.sessions, IsEmpty());
}

TEST_F(CalendarFile, BreaksLieBetweenTheSessions) {
  const auto breaks = day(calendar_text(), Venue::szse, 20260109).timetable.breaks();
  ASSERT_THAT(breaks, SizeIs(2));
  EXPECT_EQ(breaks[0].begin_ms, hms(9, 25));
  EXPECT_EQ(breaks[0].end_ms, hms(9, 30));
  EXPECT_EQ(breaks[1].begin_ms, hms(11, 30));
  EXPECT_EQ(breaks[1].end_ms, hms(13, 0));
}

TEST_F(CalendarFile, SaysEveryFaultAtOnceWithItsLine) {
  const std::string said =
      fault(calendar_text(date_entry("2026-05-05", "shut") + date_entry("2026-05-04", "shut") +
                          date_entry("2026-05-04", "shut") + date_entry("2025-12-31", "shut") +
                          date_entry("2026-06-06", "trading") + date_entry("2026-02-30", "shut")));
  EXPECT_THAT(said, HasSubstr("2026.toml:18:hkex.dates.date: 2026-05-04: must come after"));
  EXPECT_THAT(said, HasSubstr("2026.toml:23:hkex.dates.date: 2026-05-04: appears twice"));
  EXPECT_THAT(said, HasSubstr("2026.toml:28:hkex.dates.date: 2025-12-31: must be of the year"));
  EXPECT_THAT(said, HasSubstr("2026.toml:33:hkex.dates.date: 2026-06-06: no market trades on a"));
  EXPECT_THAT(said, HasSubstr("2026.toml:38:hkex.dates.date: must be a date"));
}

TEST_F(CalendarFile, RefusesTimetablesOutOfOrder) {
  const auto with_hkex = [](const std::string& hkex) {
    return "year = 2026\n[sse]\n" + kMainland + "[szse]\n" + kMainland + "[hkex]\n" + hkex;
  };
  EXPECT_THAT(fault(with_hkex("sessions = [\"13:00:00-16:00:00\", \"09:30:00-12:00:00\"]\n")),
              HasSubstr(":9:hkex.sessions: must be in order"));
  EXPECT_THAT(fault(with_hkex("sessions = [\"09:30:00-12:00:00\", \"11:00:00-16:00:00\"]\n")),
              HasSubstr("must not overlap"));
  EXPECT_THAT(fault(with_hkex("sessions = []\n")), HasSubstr("at least one is needed"));
  EXPECT_THAT(fault(with_hkex("sessions = [\"09:30:00-16:00:00\"]\nend = \"15:00:00\"\n")),
              HasSubstr(":10:hkex.end: must not be before"));
  EXPECT_THAT(fault(with_hkex("sessions = [\"09:30:00-12:00:00\", \"13:00:00-16:00:00\"]\n"
                              "half_sessions = [\"09:30:00-13:30:00\"]\n")),
              HasSubstr("half day must be over before"));
}

TEST_F(CalendarFile, AHalfDayNeedsItsSessionsAndAConfirmationItsSource) {
  const std::string half =
      "[[sse.dates]]\ndate = \"2026-02-16\"\nstate = \"half\"\nconfirmed = true\n";
  const std::string said = fault(calendar_text(half));
  EXPECT_THAT(said, HasSubstr("no half_sessions"));
  EXPECT_THAT(said, HasSubstr("must say who says so"));
}

TEST_F(CalendarFile, NeedsAYearAndEveryMarket) {
  const std::string said = fault("[sse]\n" + kMainland);
  EXPECT_THAT(said, HasSubstr(":year: missing"));
  EXPECT_THAT(said, HasSubstr(":szse: missing"));
  EXPECT_THAT(said, HasSubstr(":hkex: missing"));
}

TEST_F(CalendarFile, OneFileAYear) {
  const std::string a = folder_.write("a.toml", calendar_text());
  const std::string b = folder_.write("b.toml", calendar_text());
  const auto both = load_trading_day(config({a, b}), 20260109);
  ASSERT_FALSE(both.ok());
  EXPECT_THAT(std::string(both.status().message()), HasSubstr("b.toml:1:year: "));
}

TEST_F(CalendarFile, TheDaysTimetableReplacesTheBreaks) {
  const std::string file = folder_.write("a.toml", calendar_text(date_entry("2026-02-16", "half")));
  Config half = config({file});
  set_trading_day(half, load_trading_day(half, 20260216).value());
  EXPECT_THAT(half.hkex.breaks, IsEmpty());
  EXPECT_THAT(half.sse.breaks, SizeIs(2));
  Config full = config({file});
  set_trading_day(full, load_trading_day(full, 20260213).value());
  EXPECT_THAT(full.hkex.breaks, SizeIs(1));
}

TEST_F(CalendarFile, HongKongsFeedKnowsItsHolidayAndItsDate) {
  Config config =
      this->config({folder_.write("a.toml", calendar_text(date_entry("2026-02-17", "shut")))});
  for (const Date date : {20260216u, 20260217u}) {
    set_trading_day(config, load_trading_day(config, date).value());
    EXPECT_EQ(config.hkex.trade_date, date);
    EXPECT_EQ(config.hkex.market_shut, date == 20260217);
  }
}

TEST_F(CalendarFile, WhatNoCalendarCoversKeepsItsBreaksAndIsWarnedAbout) {
  Config other = config({folder_.write("a.toml", calendar_text())});
  other.hkex.breaks = {{hms(12, 30), hms(13, 0)}};
  other.szse_enabled = false;
  set_trading_day(other, load_trading_day(other, 20270104).value());
  EXPECT_EQ(other.hkex.breaks[0].begin_ms, hms(12, 30));
  const auto warnings = trading_day_warnings(other);
  ASSERT_THAT(warnings, SizeIs(2));
  EXPECT_THAT(warnings[0], HasSubstr("no calendar covers 2027-01-04: sse"));
}

TEST_F(CalendarFile, AnUnconfirmedDayIsWarnedAbout) {
  const std::string entry =
      "[[hkex.dates]]\ndate = \"2026-02-17\"\nstate = \"shut\"\nconfirmed = false\n"
      "source = \"hearsay\"\n";
  Config config = this->config({folder_.write("a.toml", calendar_text(entry))});
  set_trading_day(config, load_trading_day(config, 20260217).value());
  EXPECT_THAT(
      trading_day_warnings(config),
      testing::ElementsAre("calendar: hkex on 2026-02-17 is shut, not confirmed (hearsay)"));
  set_trading_day(config, load_trading_day(config, 20260218).value());
  EXPECT_THAT(trading_day_warnings(config), IsEmpty());
}

// A year whose markets are all confirmed, or none of them.
std::string year_text(int year, bool confirmed) {
  std::string text = calendar_text();
  text.replace(text.find("2026"), 4, std::to_string(year));
  for (std::size_t at = 0; !confirmed && (at = text.find("true", at)) != std::string::npos;)
    text.replace(at, 4, "false");
  return text;
}

std::vector<std::string> warnings_on(Config config, Date date) {
  set_trading_day(config, load_trading_day(config, date).value());
  return trading_day_warnings(config);
}

// 2026-12-31 is 61, 60 and 0 days away. The calendars of 2025 and 2028 do not touch 2026.
TEST_F(CalendarFile, TheEndOfTheCalendarIsAnnouncedSixtyDaysBefore) {
  const Config config = this->config({folder_.write("a.toml", year_text(2026, true)),
                                      folder_.write("b.toml", year_text(2024, true)),
                                      folder_.write("c.toml", year_text(2028, true))});
  EXPECT_THAT(warnings_on(config, 20261031), IsEmpty());
  EXPECT_THAT(warnings_on(config, 20261101),
              testing::ElementsAre("c.toml: the calendar ends on 2026-12-31, 60 days after "
                                   "2026-11-01: add the file of 2027"));
  EXPECT_THAT(warnings_on(config, 20261231),
              testing::ElementsAre("c.toml: the calendar ends on 2026-12-31, 0 days after "
                                   "2026-12-31: add the file of 2027"));
}

TEST_F(CalendarFile, TheEndOfTheConfirmedYearsIsAnnouncedSixtyDaysBefore) {
  Config config = this->config({folder_.write("a.toml", year_text(2026, true)),
                                folder_.write("b.toml", year_text(2027, false))});
  config.sse_enabled = config.szse_enabled = false;
  EXPECT_THAT(warnings_on(config, 20261031), IsEmpty());
  const auto on_the_day = warnings_on(config, 20261101);
  EXPECT_THAT(on_the_day,
              testing::ElementsAre("c.toml: the calendar of hkex is confirmed until 2026-12-31, "
                                   "60 days after 2026-11-01: check the file of 2027"));
  EXPECT_THAT(warnings_on(config, 20261231), SizeIs(1));
  // From then on each day that is not confirmed is named.
  EXPECT_THAT(warnings_on(config, 20270104),
              testing::ElementsAre(HasSubstr("hkex on 2027-01-04 is trading, not confirmed")));
}

TEST_F(CalendarFile, AYearThatFollowsMovesTheEnd) {
  const Config config = this->config({folder_.write("a.toml", year_text(2026, true)),
                                      folder_.write("b.toml", year_text(2027, true))});
  EXPECT_THAT(warnings_on(config, 20261231), IsEmpty());
  EXPECT_THAT(warnings_on(config, 20271101), SizeIs(1));
}

// Every weekday of the years that the site relies on is confirmed; of 2027 only what is certain.
TEST_F(CalendarFile, TheShippedYearsAreConfirmedAndTheNextOneIsNot) {
  const std::string folder = test::source_dir() + "/deploy/calendars/";
  for (const int year : {2025, 2026, 2027}) {
    const auto calendar = load_calendar(folder + std::to_string(year) + ".toml");
    ASSERT_TRUE(calendar.ok()) << calendar.status();
    for (const feed::MarketCalendar& market : calendar->markets) {
      EXPECT_EQ(market.confirmed, year < 2027);
      for (const feed::CalendarDate& entry : market.dates)
        EXPECT_EQ(entry.confirmed, year < 2027 || entry.date == 20270101) << entry.date;
    }
  }
  const Config shipped = config({folder + "2025.toml", folder + "2026.toml", folder + "2027.toml"});
  EXPECT_THAT(warnings_on(shipped, 20261101), SizeIs(3));
  EXPECT_THAT(warnings_on(shipped, 20261030), IsEmpty());
}

TEST_F(CalendarFile, TheShippedOnesLoadAndKnowTheDefinitionsDay) {
  const std::string folder = test::source_dir() + "/deploy/calendars/";
  const Config shipped = config({folder + "2025.toml", folder + "2026.toml"});
  const auto day = load_trading_day(shipped, 20250402);
  ASSERT_TRUE(day.ok()) << day.status();
  for (const feed::MarketDay& market : day->markets) {
    EXPECT_EQ(market.kind, DayKind::trading);
    EXPECT_TRUE(market.confirmed);
  }
  const auto eve = load_trading_day(shipped, 20261224);
  ASSERT_TRUE(eve.ok()) << eve.status();
  EXPECT_EQ(eve->of(Venue::hkex).kind, DayKind::half);
  EXPECT_TRUE(eve->of(Venue::hkex).confirmed);
}

}  // namespace
}  // namespace indexcast::server
