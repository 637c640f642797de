#include "server/watch/watch_view.h"

#include <gmock/gmock.h>

namespace indexcast::server {
namespace {

using testing::HasSubstr;
using testing::Not;

// What stands on a screen, row by row, with the tone of every piece.
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
  const std::string& row(int at) const { return rows_[static_cast<std::size_t>(at)]; }
  std::string all() const {
    std::string text;
    for (const std::string& row : rows_) text += row + "\n";
    return text;
  }
  // Of the first piece that has `text` in it.
  Tone tone(std::string_view text) const { return piece(text).tone; }
  bool selected(std::string_view text) const { return piece(text).selected; }

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
  Screen draw(TimeNs now = {kNsPerSecond}, int rows = 24, int columns = 140) {
    Screen screen(rows, columns);
    view_.draw(screen, table_, members_, fault_, now);
    return screen;
  }
  void press(Key key) { EXPECT_TRUE(view_.take(key, table_)); }

  WatchTable table_;
  WatchView view_{"indexcast here"};
  const v1::MembersReply* members_ = nullptr;
  std::string fault_;
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

TEST_F(WatchViewTest, AMoveStandsOutForAMoment) {
  table_.take(level_of("995365", 2, 10'000'001), {5 * kNsPerSecond});
  EXPECT_EQ(draw({5 * kNsPerSecond + 1}).tone("\u25b2"), Tone::up);
  EXPECT_THAT(draw({6 * kNsPerSecond}).all(), Not(HasSubstr("\u25b2")));
  table_.take(level_of("995365", 3, 9'999'999), {7 * kNsPerSecond});
  EXPECT_EQ(draw({7 * kNsPerSecond + 1}).tone("\u25bc"), Tone::down);
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

TEST_F(WatchViewTest, SaysWhenTheServerIsSilent) {
  EXPECT_THAT(draw({20 * kNsPerSecond}).all(), HasSubstr("waiting for the server"));
  v1::Heartbeat heartbeat;
  heartbeat.set_epoch(1);
  table_.take(heartbeat, {kNsPerSecond});
  EXPECT_THAT(draw({2 * kNsPerSecond}).all(), HasSubstr("3 levels; publication to here"));
  EXPECT_THAT(draw({20 * kNsPerSecond}).all(), HasSubstr("no word from the server for 19 s"));
}

}  // namespace
}  // namespace indexcast::server
