#include "server/watch/watch_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "calc/decimal.h"
#include "server/publish/words.h"

namespace indexcast::server {
namespace {

constexpr std::int64_t kSilenceNs = 5 * kNsPerSecond;  // heartbeats come every second
constexpr std::int64_t kFlashNs = 400 * kNsPerMs;      // a move stands out for so long
constexpr int kTopMargin = 2;                          // title and heading
constexpr int kRowsBesideMembers = 8;                  // of the table, while members are shown
constexpr int kPricePlaces = 6;
constexpr int kRatePlaces = 8;

// A line in pieces, each with a tone of its own.
class Line {
 public:
  Line(Canvas& canvas, int row, bool selected) : canvas_(canvas), row_(row), selected_(selected) {}
  ~Line() {
    const int rest = canvas_.columns() - column_;
    if (selected_ && rest > 0)
      put(std::string(static_cast<std::size_t>(rest), ' '), rest, Tone::plain);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // Aligned in a field of so many columns and one more; left out where it does not fit whole.
  void left(std::string_view text, int width, Tone tone) {
    put(fmt::format("{:<{}} ", text, width), width + 1, tone);
  }
  void right(std::string_view text, int width, Tone tone) {
    put(fmt::format("{:>{}} ", text, width), width + 1, tone);
  }

 private:
  void put(const std::string& text, int width, Tone tone) {
    if (column_ + width > canvas_.columns() + 1) {
      column_ = std::numeric_limits<int>::max() / 2;
      return;
    }
    canvas_.put(row_, column_, text, tone, selected_);
    column_ += width;
  }

  Canvas& canvas_;
  int row_;
  bool selected_;
  int column_ = 0;
};

Tone tone_of(std::int64_t change) {
  return change > 0 ? Tone::up : change < 0 ? Tone::down : Tone::plain;
}

std::string micros(double ns) { return fmt::format("{:.0f}", ns / 1e3); }

void draw_heading(Canvas& canvas, int row) {
  Line line(canvas, row, false);
  line.left("index", 8, Tone::heading);
  line.right("level", 14, Tone::heading);
  line.right("change", 11, Tone::heading);
  line.right("%", 9, Tone::heading);
  line.left("status", 17, Tone::heading);
  line.left("quality", 16, Tone::heading);
  line.right("live %", 6, Tone::heading);
  line.right("us", 7, Tone::heading);
  line.right("sequence", 10, Tone::heading);
  line.right("lost", 5, Tone::heading);
  line.right("skipped", 7, Tone::heading);
}

void draw_row(Canvas& canvas, int at, const std::string& code, const WatchTable::Row& row,
              bool selected, TimeNs now) {
  const v1::Level& level = row.level;
  const int places = places_of(level);
  const bool flash = row.moved != 0 && now - row.moved_at < kFlashNs;
  const Tone change = tone_of(level.change());
  Line line(canvas, at, selected);
  line.left(code, 8, Tone::heading);
  line.right(
      (flash ? row.moved > 0 ? "\u25b2 " : "\u25bc " : "") + format_decimal(level.level(), places),
      14, flash ? tone_of(row.moved) : Tone::heading);
  line.right(signed_text(level.change(), places), 11, change);
  line.right(signed_text(level.change_percent(), 4), 9, change);
  line.left(word_of(kIndexStatusWords, level.status()), 17,
            level.status() == v1::INDEX_STATUS_HELD ? Tone::warn : Tone::plain);
  line.left(level.quotable() ? "quotable"
            : level.flags()  ? flag_words(level.flags())
                             : "-",
            16,
            level.quotable() ? Tone::good
            : level.flags()  ? Tone::warn
                             : Tone::faint);
  line.right(format_decimal(level.weight_live(), 2), 6, Tone::plain);
  line.right(micros(static_cast<double>(row.latency_ns)), 7, Tone::plain);
  line.right(std::to_string(level.index_sequence()), 10, Tone::faint);
  line.right(std::to_string(row.lost), 5, row.lost > 0 ? Tone::warn : Tone::faint);
  line.right(std::to_string(row.skipped), 7, row.skipped > 0 ? Tone::warn : Tone::faint);
}

std::string state_of(const WatchTable& table, TimeNs now) {
  if (table.heard().ns == 0) return "waiting for the server";
  if (now - table.heard() > kSilenceNs)
    return fmt::format("no word from the server for {} s", (now - table.heard()) / kNsPerSecond);
  const auto latency = table.latency().snapshot();
  return fmt::format("{} levels; publication to here p50 {} us, p99 {} us", table.levels(),
                     micros(static_cast<double>(latency->percentile_ns(50))),
                     micros(static_cast<double>(latency->percentile_ns(99))));
}

void draw_member(Canvas& canvas, int at, const v1::MemberState& member, int places, TimeNs now) {
  static constexpr std::array<std::string_view, 6> kKinds{
      "reference", "previous_close", "last", "nominal", "close", "override"};
  Line line(canvas, at, false);
  line.left(member.symbol(), 10, Tone::plain);
  line.left(member.name(), 16, Tone::plain);
  line.right(format_trimmed(member.price(), kPricePlaces), 12, Tone::plain);
  line.left(member.currency(), 3, Tone::faint);
  line.left(word_of(kKinds, member.price_kind()), 14, Tone::faint);
  line.left(word_of(kInstrumentStatusWords, member.status()), 9,
            member.status() == v1::MEMBER_STATUS_TRADING ? Tone::plain : Tone::warn);
  line.right(format_decimal(member.weight_bp(), 2), 7, Tone::plain);
  line.right(signed_text(member.contribution(), places), 12, tone_of(member.contribution()));
  const bool heard = member.receive_time() != 0;
  line.right(heard ? fmt::format("{}", (now.ns - member.receive_time()) / kNsPerSecond) : "-", 6,
             Tone::faint);
  line.right(member.fx_rate() == 0 ? "" : format_trimmed(member.fx_rate(), kRatePlaces), 10,
             Tone::faint);
}

void draw_member_heading(Canvas& canvas, int row) {
  Line line(canvas, row, false);
  line.left("member", 10, Tone::heading);
  line.left("name", 16, Tone::heading);
  line.right("price", 12, Tone::heading);
  line.left("", 3, Tone::heading);
  line.left("kind", 14, Tone::heading);
  line.left("status", 9, Tone::heading);
  line.right("weight %", 7, Tone::heading);
  line.right("points", 12, Tone::heading);
  line.right("age s", 6, Tone::heading);
  line.right("rate", 10, Tone::heading);
}

}  // namespace

bool WatchView::take(Key key, const WatchTable& table) {
  switch (key) {
    case Key::up:
      move(table, -1);
      break;
    case Key::down:
      move(table, 1);
      break;
    case Key::first:
      move(table, -static_cast<int>(table.rows().size()));
      break;
    case Key::last:
      move(table, static_cast<int>(table.rows().size()));
      break;
    case Key::members:
      if (selected_.empty()) move(table, 0);
      members_ = !members_ && !selected_.empty();
      break;
    case Key::help:
      help_ = !help_;
      break;
    case Key::back:
      members_ = help_ = false;
      break;
    case Key::quit:
      return false;
    case Key::resize:
    case Key::other:
      break;
  }
  return true;
}

void WatchView::move(const WatchTable& table, int by) {
  if (table.rows().empty()) return;
  const auto found = table.rows().find(selected_);
  const auto count = static_cast<int>(table.rows().size());
  const int at = found == table.rows().end()
                     ? (by > 0 ? by - 1 : 0)
                     : static_cast<int>(std::distance(table.rows().begin(), found)) + by;
  selected_ = std::next(table.rows().begin(), std::clamp(at, 0, count - 1))->first;
}

void WatchView::draw(Canvas& canvas, const WatchTable& table, const v1::MembersReply* members,
                     const std::string& fault, TimeNs now) {
  const int room = canvas.rows() - kTopMargin - 1;
  if (room < 1) return;
  canvas.put(0, 0, title_, Tone::heading, false);
  draw_heading(canvas, 1);
  const int rows = members_ ? std::min(room, kRowsBesideMembers) : room;
  const int below = draw_table(canvas, table, rows, now);
  if (members_) draw_members(canvas, below + 1, members, fault, now);
  canvas.put(canvas.rows() - 1, 0,
             state_of(table, now) + "   \u2191\u2193 choose  m members  ? help  q quit",
             Tone::faint, false);
  if (help_) draw_help(canvas);
}

// Returns the row below it.
int WatchView::draw_table(Canvas& canvas, const WatchTable& table, int rows, TimeNs now) {
  const auto count = static_cast<int>(table.rows().size());
  const auto found = table.rows().find(selected_);
  if (found != table.rows().end()) {
    const auto at = static_cast<int>(std::distance(table.rows().begin(), found));
    first_ = std::clamp(first_, at - rows + 1, at);
  }
  first_ = std::clamp(first_, 0, std::max(0, count - rows));
  int row = kTopMargin;
  auto each = std::next(table.rows().begin(), first_);
  for (; each != table.rows().end() && row < kTopMargin + rows; ++each, ++row)
    draw_row(canvas, row, each->first, each->second, each->first == selected_, now);
  return row;
}

// Those that moved the level most come first.
void WatchView::draw_members(Canvas& canvas, int row, const v1::MembersReply* members,
                             const std::string& fault, TimeNs now) const {
  if (row + 2 >= canvas.rows()) return;
  if (members == nullptr) {
    canvas.put(row, 0, fault.empty() ? "asking for the members of " + selected_ : fault,
               fault.empty() ? Tone::faint : Tone::warn, false);
    return;
  }
  canvas.put(row, 0,
             fmt::format("{} {} at sequence {}: {}", selected_, members->definition().name(),
                         members->level().index_sequence(), members->definition().provenance()),
             Tone::heading, false);
  draw_member_heading(canvas, row + 1);
  std::vector<const v1::MemberState*> sorted;
  for (const v1::MemberState& each : members->members()) sorted.push_back(&each);
  std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const v1::MemberState* member) {
    return std::abs(member->contribution());
  });
  int at = row + 2;
  for (const v1::MemberState* member : sorted) {
    if (at >= canvas.rows() - 1) break;
    draw_member(canvas, at++, *member, places_of(members->level()), now);
  }
}

void WatchView::draw_help(Canvas& canvas) const {
  static constexpr std::array<std::string_view, 9> kHelp{
      "up, down, k, j   choose an index",
      "home, end, g, G  the first, the last",
      "m, enter         its members: price, weight, contribution to the change in points",
      "escape           back",
      "q                quit; the last levels stay on the screen",
      "us               from publication by the server to receipt here",
      "live %           weight whose price is of today, from a live feed, and trading",
      "lost             sequences that neither came nor were named as skipped",
      "?                this help",
  };
  int row = kTopMargin;
  for (const std::string_view text : kHelp) {
    if (row < canvas.rows()) canvas.put(row++, 0, fmt::format(" {:<82} ", text), Tone::plain, true);
  }
}

}  // namespace indexcast::server
