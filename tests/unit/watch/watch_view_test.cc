#include "server/tools/watch/watch_view.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "calc/record.h"
#include "server/tools/watch/display_text.h"

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::Not;

// Contents of a screen, row by row, with the tone of every piece.
class Screen final : public Canvas {
 public:
  Screen(int rows, int columns) : columns_(columns), rows_(static_cast<std::size_t>(rows)) {}
  int rows() const override { return static_cast<int>(rows_.size()); }
  int columns() const override { return columns_; }
  void put(int row, int column, std::string_view text, Tone tone, bool selected) override {
    ASSERT_GE(row, 0);
    ASSERT_LT(row, rows());
    ASSERT_LT(column, columns());
    pieces_.push_back({row, std::string(text), tone, selected});
    rows_[static_cast<std::size_t>(row)] += text;
  }
  bool can_show(std::string_view text) const override {
    return unicode_ || std::ranges::all_of(text, [](char each) { return each >= 0; });
  }
  void forget_unicode() { unicode_ = false; }
  const std::string& row(int at) const { return rows_[static_cast<std::size_t>(at)]; }
  std::string all() const {
    std::string text;
    for (const std::string& row : rows_) text += row + "\n";
    return text;
  }
  // Tone of the first piece that contains `text`.
  Tone tone(std::string_view text) const { return piece(text).tone; }
  bool selected(std::string_view text) const { return piece(text).selected; }
  // Whether every piece of the row of `code` is faint.
  bool is_grey(std::string_view code) const {
    for (const Piece& each : pieces_) {
      if (each.row == piece(code).row && each.tone != Tone::faint) return false;
    }
    return true;
  }

 private:
  struct Piece {
    int row;
    std::string text;
    Tone tone;
    bool selected;
  };
  Piece piece(std::string_view text) const {
    for (const Piece& each : pieces_) {
      if (each.text.find(text) != std::string::npos) return each;
    }
    ADD_FAILURE() << "nowhere: " << text;
    return {};
  }

  int columns_;
  bool unicode_ = true;
  std::vector<std::string> rows_;
  std::vector<Piece> pieces_;
};

v1::Level level_of(const std::string& code, std::uint64_t sequence, std::int64_t raw) {
  v1::Level level;
  level.set_epoch(1);
  level.set_code(code);
  level.set_index_sequence(sequence);
  level.set_decimals(4);
  level.set_level(raw);
  level.set_previous_close(10'000'000);
  level.set_change(raw - 10'000'000);
  level.set_change_percent(static_cast<std::int32_t>((raw - 10'000'000) / 10));
  level.set_status(v1::INDEX_STATUS_OPEN);
  level.set_quotable(true);
  level.set_weight_live(9'876);
  return level;
}

v1::Heartbeat heartbeat_at(std::int64_t published_ns) {
  v1::Heartbeat heartbeat;
  heartbeat.set_epoch(1);
  heartbeat.set_publish_time(published_ns);
  heartbeat.set_pages(0);
  return heartbeat;
}

class WatchViewTest : public testing::Test {
 protected:
  WatchViewTest() {
    table_.take(level_of("995365", 1, 10'000'000), {0});
    table_.take(level_of("995366", 1, 10'123'456), {0});
    v1::Level third = level_of("995367", 1, 9'900'000);
    third.set_quotable(false);
    third.set_flags(0b110);
    table_.take(third, {0});
  }
  // Draws the state of a server that sent a heartbeat at `now`.
  Screen draw(TimeNs now = {kNsPerSecond}, int rows = 24, int columns = 140) {
    table_.take(heartbeat_at(now.ns), now);
    return draw_silent(now, rows, columns);
  }
  Screen draw_silent(TimeNs now, int rows = 24, int columns = 140) {
    Screen screen(rows, columns);
    draw_on(screen, now);
    return screen;
  }
  void draw_on(Screen& screen, TimeNs now) {
    view_.draw(screen, table_,
               {.began = {1}, .connection = connection_, .members = members_, .fault = fault_},
               now);
  }
  void press(Key key) { EXPECT_TRUE(view_.take(key, table_)); }

  WatchTable table_;
  WatchView view_{"indexcast here"};
  const v1::MembersReply* members_ = nullptr;
  std::string fault_;
  std::string connection_;
};

TEST_F(WatchViewTest, ShowsEveryIndexWithItsQuality) {
  const Screen screen = draw();
  EXPECT_THAT(screen.row(0), HasSubstr("indexcast here"));
  EXPECT_THAT(screen.row(3), HasSubstr("1012.3456"));
  EXPECT_THAT(screen.row(3), HasSubstr("+12.3456"));
  EXPECT_THAT(screen.row(3), HasSubstr("+1.2345"));
  EXPECT_THAT(screen.row(3), HasSubstr("98.76"));
  EXPECT_EQ(screen.tone("+12.3456"), Tone::up);
  EXPECT_EQ(screen.tone("-10.0000"), Tone::down);
  EXPECT_EQ(screen.tone("quotable"), Tone::good);
  EXPECT_EQ(screen.tone("partial_market,fx_stale"), Tone::warn);
}

v1::PendingPrice pending_of(const std::string& symbol, v1::DecisionSubject subject) {
  v1::PendingPrice record;
  record.set_epoch(1);
  record.set_code("995366");
  record.set_symbol(symbol);
  record.set_subject(subject);
  record.set_reason(v1::DECISION_REASON_OUTSIDE_COLLAR);
  record.set_price(188'000'000);
  record.set_reference(141'980'000);
  record.set_impact(9'120);
  record.set_input_sequence(7);
  return record;
}

v1::Level flagged(std::uint64_t sequence, std::uint32_t flags, std::uint32_t impact) {
  v1::Level level = level_of("995366", sequence, 10'123'456);
  level.set_flags(flags);
  level.set_pending_impact(impact);
  level.set_input_sequence(sequence + 5);  // 7: that of the records
  return level;
}

TEST_F(WatchViewTest, NamesTheMembersThatWaitUntilTheyAreAccepted) {
  v1::PendingPrice waits = pending_of("688041.SH", v1::DECISION_SUBJECT_PRICE);
  table_.take(waits);
  table_.take(pending_of("0700.HK", v1::DECISION_SUBJECT_LEVEL_GUARD));
  table_.take(flagged(2, kPricePending | kLevelGuard, 9'120), {0});
  const Screen screen = draw();
  EXPECT_THAT(screen.all(),
              HasSubstr("995366 688041.SH 188 waits (outside_collar), compared with 141.98, "
                        "impact 91.20 bp"));
  EXPECT_THAT(screen.all(),
              HasSubstr("995366 0700.HK level guard: price 188, before 141.98, impact 91.20 bp"));
  EXPECT_THAT(screen.all(), HasSubstr("995366 pending impact 91.20 bp"));
  EXPECT_EQ(screen.tone("688041.SH"), Tone::warn);
  waits.set_decision(v1::DECISION_ACCEPTED);
  table_.take(waits);
  table_.take(flagged(3, kLevelGuard, 0), {0});
  EXPECT_THAT(draw().all(), Not(HasSubstr("688041.SH")));
  EXPECT_THAT(draw().all(), HasSubstr("0700.HK level guard"));
  table_.take(flagged(4, 0, 0), {0});
  EXPECT_THAT(draw().all(), Not(HasSubstr("0700.HK")));
}

TEST_F(WatchViewTest, ARecordMayArriveBeforeAnOlderLevel) {
  table_.take(pending_of("688041.SH", v1::DECISION_SUBJECT_PRICE));
  table_.take(flagged(1, 0, 0), {0});
  table_.take(flagged(2, kPricePending, 9'120), {0});
  EXPECT_THAT(draw().all(), HasSubstr("688041.SH 188 waits"));
}

TEST_F(WatchViewTest, AMemberThatWaitedBeforeTheWatchBeganIsAskedFor) {
  EXPECT_EQ(table_.unexplained(), "");
  table_.take(flagged(2, kPricePending, 9'120), {0});
  EXPECT_THAT(draw().all(), HasSubstr("995366 price_pending: member not known"));
  EXPECT_EQ(table_.unexplained(), "995366");
  v1::MembersReply reply;
  *reply.add_pending() = pending_of("688041.SH", v1::DECISION_SUBJECT_PRICE);
  table_.take_pending("995366", reply.pending());
  EXPECT_EQ(table_.unexplained(), "");
  EXPECT_THAT(draw().all(), HasSubstr("688041.SH 188 waits"));
}

TEST_F(WatchViewTest, WhatIsPendingIsNotShownAsLive) {
  table_.take(pending_of("688041.SH", v1::DECISION_SUBJECT_PRICE));
  table_.take(flagged(2, kPricePending, 9'120), {0});
  EXPECT_THAT(draw({kNsPerSecond}).all(), HasSubstr("waits"));
  EXPECT_THAT(draw_silent({kNsPerSecond + kSilenceNs + 1}).all(), Not(HasSubstr("waits")));
}

TEST_F(WatchViewTest, ASmallTerminalCountsWhatItCannotName) {
  for (int i = 0; i < 20; ++i)
    table_.take(pending_of(std::to_string(i) + ".SH", v1::DECISION_SUBJECT_PRICE));
  table_.take(flagged(2, kPricePending, 9'120), {0});
  EXPECT_THAT(draw({kNsPerSecond}, 24, 140).all(), HasSubstr("and 14 more pending"));
  for (int rows = 1; rows < 30; ++rows) {
    for (int columns = 1; columns < 100; columns += 9) draw({kNsPerSecond}, rows, columns);
  }
}

TEST_F(WatchViewTest, AQuotableLevelShowsItsFlagsToo) {
  EXPECT_EQ(quality_text(flagged(2, kPricePending | kStatisticsPartial, 5)),
            "quotable,price_pending");
}

TEST_F(WatchViewTest, AMoveStandsOutForAMoment) {
  table_.take(level_of("995365", 2, 10'000'001), {5 * kNsPerSecond});
  EXPECT_EQ(draw({5 * kNsPerSecond + 1}).tone("\u2191"), Tone::up);
  EXPECT_THAT(draw({6 * kNsPerSecond}).row(2), Not(HasSubstr("\u2191")));
  table_.take(level_of("995365", 3, 9'999'999), {7 * kNsPerSecond});
  EXPECT_EQ(draw({7 * kNsPerSecond + 1}).tone("\u2193 "), Tone::down);
}

TEST_F(WatchViewTest, KeysChooseAnIndex) {
  EXPECT_FALSE(draw().selected("995365"));
  press(Key::down);
  EXPECT_TRUE(draw().selected("995365"));
  press(Key::down);
  press(Key::down);
  press(Key::down);  // there is no fourth
  EXPECT_TRUE(draw().selected("995367"));
  press(Key::up);
  EXPECT_TRUE(draw().selected("995366"));
  press(Key::first);
  EXPECT_TRUE(draw().selected("995365"));
  press(Key::last);
  EXPECT_TRUE(draw().selected("995367"));
  EXPECT_FALSE(view_.take(Key::quit, table_));
}

TEST_F(WatchViewTest, MembersStandInTheOrderOfWhatTheyContribute) {
  v1::MembersReply reply;
  *reply.mutable_level() = level_of("995366", 77, 10'123'456);
  reply.mutable_definition()->set_name("three markets");
  for (const auto& [symbol, contribution] :
       {std::pair<const char*, std::int64_t>{"1.SH", 5}, {"2.SZ", -90'000}, {"3.HK", 70'000}}) {
    v1::MemberState& member = *reply.add_members();
    member.set_symbol(symbol);
    member.set_price(151'200'000);
    member.set_price_kind(v1::PRICE_KIND_LAST);
    member.set_weight_bp(1'234);
    member.set_contribution(contribution);
    member.set_receive_time(4 * kNsPerSecond);
  }
  press(Key::down);
  press(Key::down);
  press(Key::members);
  EXPECT_EQ(view_.shown(), "995366");
  EXPECT_THAT(draw().all(), HasSubstr("asking for the members of 995366"));
  fault_ = "no answer";
  EXPECT_THAT(draw().all(), HasSubstr("no answer"));
  members_ = &reply;
  const std::string all = draw({9 * kNsPerSecond}).all();
  EXPECT_THAT(all, HasSubstr("three markets at sequence 77"));
  EXPECT_LT(all.find("2.SZ"), all.find("3.HK"));
  EXPECT_LT(all.find("3.HK"), all.find("1.SH"));
  EXPECT_THAT(all, HasSubstr("-9.0000"));
  EXPECT_THAT(all, HasSubstr("12.34"));
  EXPECT_THAT(all, HasSubstr("151.2 "));
  press(Key::back);
  EXPECT_EQ(view_.shown(), "");
}

TEST_F(WatchViewTest, ASmallTerminalKeepsTheChosenRowInSight) {
  for (int i = 0; i < 40; ++i) table_.take(level_of(std::to_string(100 + i), 1, 10'000'000), {0});
  press(Key::last);
  const Screen last = draw({kNsPerSecond}, 6, 30);
  EXPECT_THAT(last.all(), HasSubstr("995367"));
  EXPECT_THAT(last.all(), Not(HasSubstr("100 ")));
  press(Key::first);
  EXPECT_THAT(draw({kNsPerSecond}, 6, 30).all(), HasSubstr("100 "));
  for (int rows = 1; rows < 9; ++rows) {
    for (int columns = 1; columns < 60; columns += 7) draw({kNsPerSecond}, rows, columns);
  }
  press(Key::members);
  press(Key::help);
  for (int rows = 1; rows < 30; ++rows) draw({kNsPerSecond}, rows, 80);
}

TEST_F(WatchViewTest, SaysTheDirectionWithoutColour) {
  const Screen screen = draw();
  EXPECT_THAT(screen.row(3), HasSubstr("\u25b2 +12.3456"));
  EXPECT_THAT(screen.row(4), HasSubstr("\u25bc -10.0000"));
}

TEST_F(WatchViewTest, WaitsForTheServerForTwoSeconds) {
  EXPECT_THAT(draw_silent({2 * kNsPerSecond}).all(), HasSubstr("waiting for the server"));
  connection_ = "no connection";
  EXPECT_THAT(draw_silent({2 * kNsPerSecond + 2}).row(1),
              HasSubstr("NO SERVER: nothing heard; no connection; trying again"));
}

TEST_F(WatchViewTest, ShowsNothingAsLiveTwoSecondsAfterTheLastHeartbeat) {
  constexpr std::int64_t kHeard = 7 * 3600 * kNsPerSecond;  // 15:00:00 UTC+8
  EXPECT_THAT(draw({kHeard}).all(), HasSubstr("3 levels; publication to here"));
  EXPECT_THAT(draw_silent({kHeard + kSilenceNs}).all(), HasSubstr("quotable"));
  const Screen dead = draw_silent({kHeard + kSilenceNs + 1});
  EXPECT_THAT(dead.row(1), HasSubstr("NO HEARTBEAT since 15:00:00: no value is current"));
  for (const char* word : {"quotable", "open", "partial_market", "98.76"})
    EXPECT_THAT(dead.all(), Not(HasSubstr(word)));
  for (const char* code : {"995365", "995366", "995367"}) EXPECT_TRUE(dead.is_grey(code)) << code;
  EXPECT_THAT(dead.row(4), HasSubstr("1012.3456"));
  EXPECT_THAT(dead.row(4), HasSubstr("as of 15:00:00"));
}

TEST_F(WatchViewTest, ABannerSaysThatTheServerIsDrained) {
  v1::Heartbeat heartbeat = heartbeat_at(kNsPerSecond);
  heartbeat.set_draining(true);
  table_.take(heartbeat, {kNsPerSecond});
  const Screen screen = draw_silent({kNsPerSecond});
  EXPECT_THAT(screen.row(1), HasSubstr("DRAINED"));
  EXPECT_THAT(screen.all(), HasSubstr("quotable"));
}

TEST_F(WatchViewTest, ABannerSaysThatTheServerIsNotReady) {
  v1::Heartbeat heartbeat = heartbeat_at(kNsPerSecond);
  heartbeat.set_ready(false);
  table_.take(heartbeat, {kNsPerSecond});
  EXPECT_THAT(draw_silent({kNsPerSecond}).row(1), HasSubstr("NOT READY"));
  heartbeat.set_ready(true);
  table_.take(heartbeat, {kNsPerSecond});
  EXPECT_THAT(draw_silent({kNsPerSecond}).all(), Not(HasSubstr("NOT READY")));
}

TEST_F(WatchViewTest, EveryWidthIsKeptAndShowsLevelAndQuality) {
  v1::Level flagged = level_of("995367", 2, 9'900'000);
  flagged.set_quotable(false);
  flagged.set_flags(0xFF);  // longer than any column
  table_.take(flagged, {0});
  for (int columns = 40; columns <= 300; ++columns) {
    const Screen screen = draw({kNsPerSecond}, 10, columns);
    for (int row = 0; row < 10; ++row) {
      // Spaces may pass the edge, where the terminal cuts them; other characters may not.
      const std::string& text = screen.row(row);
      const std::size_t end = text.find_last_not_of(' ');
      if (row == 0 || end == std::string::npos) continue;
      ASSERT_LE(columns_of(std::string_view(text).substr(0, end + 1)), columns) << text;
    }
    ASSERT_THAT(screen.row(3), HasSubstr("1012.3456")) << columns;
    ASSERT_THAT(screen.row(3), HasSubstr("quotable")) << columns;
    ASSERT_THAT(screen.row(4), HasSubstr("open")) << columns;
    ASSERT_THAT(screen.row(4), HasSubstr("excep")) << columns;
  }
}

TEST_F(WatchViewTest, AnIndexWithoutALevelIsListed) {
  v1::Heartbeat heartbeat = heartbeat_at(kNsPerSecond);
  heartbeat.set_pages(1);
  heartbeat.add_indices()->set_code("995368");
  table_.take(heartbeat, {kNsPerSecond});
  const Screen screen = draw();
  EXPECT_THAT(screen.row(5), HasSubstr("995368"));
  EXPECT_THAT(screen.row(5), HasSubstr("no level yet"));
  EXPECT_THAT(screen.row(5), Not(HasSubstr("0.0")));
}

TEST_F(WatchViewTest, ANameThatTheTerminalLacksIsReplaced) {
  v1::MembersReply reply;
  reply.mutable_definition()->set_name("\u6caa\u6df1\u6e2f");
  v1::MemberState& member = *reply.add_members();
  member.set_symbol("688041.SH");
  member.set_name("\u6d77\u5149\u4fe1\u606f");
  members_ = &reply;
  press(Key::members);
  EXPECT_THAT(draw().all(), HasSubstr("688041.SH  \u6d77\u5149\u4fe1\u606f         "));
  Screen ascii(24, 140);
  ascii.forget_unicode();
  draw_on(ascii, {kNsPerSecond});
  EXPECT_THAT(ascii.all(), HasSubstr("688041.SH  (UTF-8 name)"));
  EXPECT_THAT(ascii.all(), Not(HasSubstr("\u6caa")));
}

}  // namespace
}  // namespace indexcast::server
