#include "server/tools/watch/watch_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "calc/decimal.h"
#include "server/tools/watch/display_text.h"
#include "server/view/enum_names.h"

namespace indexcast::server {
namespace {

constexpr std::int64_t kFlashNs = 400 * kNsPerMs;  // a move stands out for so long
constexpr int kRowsBesideMembers = 8;              // of the table, while members are shown
constexpr int kPendingMax = 8;                     // lines of what is pending, below the table
constexpr int kClocksMin = 20;                     // columns that the title leaves to the clocks
constexpr int kPricePlaces = 6;
constexpr int kRatePlaces = 8;
constexpr std::string_view kKeys = "\u2191\u2193 choose  m members  ? help  q quit";

enum class Align : std::uint8_t { left, right };

// A column of a table. A narrow canvas drops the columns with the highest rank first.
struct TableColumn {
  std::string_view heading;
  int width;
  Align align;
  int rank;
};

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
};

constexpr std::size_t kIndexColumns = 11;
constexpr std::size_t kStatusColumn = 4;
constexpr std::size_t kQualityColumn = 5;
// 40 columns hold code, level and quality; 80 hold change and status as well.
constexpr std::array<TableColumn, kIndexColumns> kIndexTable{{{"index", 8, Align::left, 0},
                                                              {"level", 14, Align::right, 1},
                                                              {"change", 11, Align::right, 3},
                                                              {"%", 9, Align::right, 4},
                                                              {"status", 17, Align::left, 5},
                                                              {"quality", 16, Align::left, 2},
                                                              {"live %", 6, Align::right, 6},
                                                              {"us", 7, Align::right, 9},
                                                              {"sequence", 10, Align::right, 10},
                                                              {"lost", 5, Align::right, 7},
                                                              {"skipped", 7, Align::right, 8}}};

constexpr std::size_t kMemberColumns = 10;
constexpr std::array<TableColumn, kMemberColumns> kMemberTable{{{"member", 10, Align::left, 0},
                                                                {"name", 16, Align::left, 4},
                                                                {"price", 12, Align::right, 1},
                                                                {"", 3, Align::left, 5},
                                                                {"kind", 14, Align::left, 7},
                                                                {"status", 9, Align::left, 2},
                                                                {"weight %", 8, Align::right, 6},
                                                                {"points", 12, Align::right, 3},
                                                                {"age s", 6, Align::right, 8},
                                                                {"rate", 10, Align::right, 9}}};

// Returns the widths of the columns that fit into `columns`, 0 for dropped ones. The column
// `flexible` gets the remaining room.
template <std::size_t N>
std::array<int, N> fit_columns(const std::array<TableColumn, N>& table, int columns,
                               std::size_t flexible) {
  std::array<int, N> widths{};
  int room = columns + 1;  // the last column needs no space behind it
  for (int rank = 0; rank < static_cast<int>(N); ++rank) {
    const auto at = static_cast<std::size_t>(std::ranges::find(table, rank, &TableColumn::rank) -
                                             table.begin());
    if (rank > 0 && room < table[at].width + 1) break;
    widths[at] = std::min(table[at].width, std::max(1, room - 1));
    room -= widths[at] + 1;
  }
  if (widths[flexible] > 0) widths[flexible] += std::max(0, room);
  return widths;
}

template <std::size_t N>
void draw_cells(Canvas& canvas, int row, const std::array<TableColumn, N>& table,
                const std::array<int, N>& widths, const std::array<Cell, N>& cells,
                bool selected = false) {
  int column = 0;
  for (std::size_t i = 0; i < N; ++i) {
    if (widths[i] == 0) continue;
    const std::string& text = cells[i].text;
    canvas.put(
        row, column,
        (table[i].align == Align::left ? fit_left(text, widths[i]) : fit_right(text, widths[i])) +
            " ",
        cells[i].tone, selected);
    column += widths[i] + 1;
  }
}

template <std::size_t N>
void draw_headings(Canvas& canvas, int row, const std::array<TableColumn, N>& table,
                   const std::array<int, N>& widths) {
  std::array<Cell, N> cells;
  for (std::size_t i = 0; i < N; ++i) cells[i] = {std::string(table[i].heading), Tone::heading};
  draw_cells(canvas, row, table, widths, cells);
}

Tone tone_of(std::int64_t change) {
  return change > 0 ? Tone::up : change < 0 ? Tone::down : Tone::plain;
}

std::string_view arrow_of(std::int64_t change) {
  return change > 0 ? "\u25b2 " : change < 0 ? "\u25bc " : "";
}

std::string micros(double ns) { return fmt::format("{:.0f}", ns / 1e3); }

// Cells of a current level. `with_status`: the quality includes the status, which has no column of
// its own.
std::array<Cell, kIndexColumns> current_cells(const std::string& code, const WatchTable::Row& row,
                                              bool with_status, TimeNs now) {
  const v1::Level& level = row.level;
  const int places = places_of(level);
  const bool flash = row.moved != 0 && now - row.moved_at < kFlashNs;
  const Tone change = tone_of(level.change());
  const std::string status(name_of(kIndexStatusNames, level.status()));
  std::string quality = quality_text(level);
  if (with_status && !level.quotable())
    quality = level.flags() == 0 ? status : status + "," + quality;
  return {{{code, Tone::heading},
           {(flash ? row.moved > 0 ? "\u2191 " : "\u2193 " : "") +
                format_decimal(level.level(), places),
            flash ? tone_of(row.moved) : Tone::heading},
           {std::string(arrow_of(level.change())) + signed_text(level.change(), places), change},
           {signed_text(level.change_percent(), 4), change},
           {status, level.status() == v1::INDEX_STATUS_HELD ? Tone::warn : Tone::plain},
           {quality, level.quotable()     ? Tone::good
                     : level.flags() != 0 ? Tone::warn
                                          : Tone::faint},
           {format_decimal(level.weight_live(), 2), Tone::plain},
           {micros(static_cast<double>(row.latency_ns)), Tone::plain},
           {std::to_string(level.index_sequence()), Tone::faint},
           {std::to_string(row.lost), row.lost > 0 ? Tone::warn : Tone::faint},
           {std::to_string(row.skipped), row.skipped > 0 ? Tone::warn : Tone::faint}}};
}

// Cells of a level that is no longer current: no colour, status or quality.
std::array<Cell, kIndexColumns> outdated_cells(const std::string& code, const WatchTable::Row& row,
                                               const std::string& until) {
  const v1::Level& level = row.level;
  const int places = places_of(level);
  if (level.code().empty())
    return {{{code}, {"-"}, {}, {}, {"no level yet"}, {"no level yet"}, {}, {}, {}, {}, {}}};
  std::array<Cell, kIndexColumns> cells{
      {{code},
       {format_decimal(level.level(), places)},
       {std::string(arrow_of(level.change())) + signed_text(level.change(), places)},
       {signed_text(level.change_percent(), 4)},
       {"not known"},
       {until},
       {"-"},
       {"-"},
       {std::to_string(level.index_sequence())},
       {std::to_string(row.lost)},
       {std::to_string(row.skipped)}}};
  for (Cell& cell : cells) cell.tone = Tone::faint;
  return cells;
}

std::array<Cell, kMemberColumns> member_cells(const Canvas& canvas, const v1::MemberState& member,
                                              int places, TimeNs now) {
  static constexpr std::array<std::string_view, 6> kKinds{
      "reference", "previous_close", "last", "nominal", "close", "override"};
  const bool heard = member.receive_time() != 0;
  return {
      {{member.symbol()},
       {canvas.can_show(member.name()) ? member.name() : "(UTF-8 name)"},
       {format_trimmed(member.price(), kPricePlaces)},
       {member.currency(), Tone::faint},
       {std::string(name_of(kKinds, member.price_kind())), Tone::faint},
       {std::string(name_of(kInstrumentStatusNames, member.status())),
        member.status() == v1::MEMBER_STATUS_TRADING ? Tone::plain : Tone::warn},
       {format_decimal(member.weight_bp(), 2)},
       {signed_text(member.contribution(), places), tone_of(member.contribution())},
       {heard ? std::to_string((now.ns - member.receive_time()) / kNsPerSecond) : "-", Tone::faint},
       {member.fx_rate() == 0 ? "" : format_trimmed(member.fx_rate(), kRatePlaces), Tone::faint}}};
}

// What is pending for the indices whose levels are current.
std::vector<std::string> pending_of(const WatchTable& table, TimeNs now) {
  std::vector<std::string> lines;
  for (const auto& [code, row] : table.rows()) {
    if (!table.is_current(row, now)) continue;
    for (const std::string& line : pending_lines(row))
      lines.push_back(fmt::format("{} {}", code, line));
  }
  return lines;
}

// Omits the latency if there is not enough room.
std::string latency_text(const WatchTable& table, int room) {
  const auto latency = table.latency().snapshot();
  const std::string text =
      fmt::format("{} levels; publication to here p50 {} us, p99 {} us", table.levels(),
                  micros(static_cast<double>(latency->percentile_ns(50))),
                  micros(static_cast<double>(latency->percentile_ns(99))));
  return columns_of(text) <= room ? text : fmt::format("{} levels", table.levels());
}

// "exchange time 10:15:03 (data)   local clock 15:04:22   UTC+8"; shorter, then without the local
// clock, if there is not enough room.
std::string clocks_text(const WatchTable& table, TimeNs now, int room) {
  const std::int64_t exchange = table.exchange_time();
  const std::string data = exchange == 0 ? "-" : time_of_day(exchange);
  const std::string local = time_of_day(now.ns);
  for (const std::string& text :
       {fmt::format("exchange time {} (data)   local clock {}   UTC+8", data, local),
        fmt::format("exchange {}  local {}  UTC+8", data, local),
        fmt::format("exch {} UTC+8", data)}) {
    if (columns_of(text) <= room) return text;
  }
  return {};
}

}  // namespace

std::string state_text(ServerState state, const WatchTable& table, const std::string& connection) {
  const std::string why = connection.empty() ? "" : "; " + connection;
  switch (state) {
    case ServerState::silent:
      return table.heard().ns == 0
                 ? "NO SERVER: nothing heard" + why + "; trying again"
                 : fmt::format("NO HEARTBEAT since {}{}: no value is current; trying again",
                               time_of_day(table.heard().ns), why);
    case ServerState::draining:
      return "DRAINED: an operator takes this server out of service; use another one";
    case ServerState::not_ready:
      return "NOT READY: a feed is not live or an index has no level (/readyz says which)";
    case ServerState::closed:
      return "DAY CLOSED: the closing levels of the day";
    case ServerState::waiting:
    case ServerState::live:
      break;
  }
  return {};
}

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

void WatchView::draw(Canvas& canvas, const WatchTable& table, const Picture& picture, TimeNs now) {
  if (canvas.rows() < 4) return;
  const int columns = canvas.columns();
  const std::string clocks =
      clocks_text(table, now, std::max(columns - columns_of(title_) - 2, kClocksMin));
  canvas.put(0, 0, fit_left(title_, columns - columns_of(clocks) - 1), Tone::heading, false);
  canvas.put(0, std::max(0, columns - columns_of(clocks)), clocks, Tone::plain, false);
  int row = 1;
  const ServerState state = table.state(now, picture.began);
  const std::string banner = state_text(state, table, picture.connection);
  if (!banner.empty()) row = draw_banner(canvas, row, banner);
  const int room = canvas.rows() - row - 2;
  const std::vector<std::string> pending = pending_of(table, now);
  const int pending_rows = std::min({static_cast<int>(pending.size()), kPendingMax, room / 2});
  if (room > 0) {
    const int rows = room - pending_rows;
    row = draw_table(canvas, table, row, members_ ? std::min(rows, kRowsBesideMembers) : rows, now);
    row = draw_pending(canvas, row, pending, pending_rows);
  }
  if (members_) draw_members(canvas, row + 1, picture, table.is_alive(now), now);
  const std::string status = state == ServerState::waiting ? "waiting for the server"
                             : state == ServerState::silent
                                 ? ""
                                 : latency_text(table, columns - columns_of(kKeys) - 3);
  canvas.put(canvas.rows() - 1, 0, fit_left(std::string(kKeys) + "   " + status, columns),
             Tone::faint, false);
  if (help_) draw_help(canvas);
}

// Draws `rows` lines; the last one gives the number of those without room. Returns the row below.
int WatchView::draw_pending(Canvas& canvas, int row, const std::vector<std::string>& lines,
                            int rows) const {
  const auto count = static_cast<int>(lines.size());
  for (int line = 0; line < rows; ++line, ++row) {
    const bool last = line + 1 == rows && count > rows;
    const std::string& text = lines[static_cast<std::size_t>(line)];
    canvas.put(
        row, 0,
        fit_left(last ? fmt::format("and {} more pending", count - line) : text, canvas.columns()),
        Tone::warn, false);
  }
  return row;
}

// Draws as many rows as the text needs, at most three; returns the row below.
int WatchView::draw_banner(Canvas& canvas, int row, std::string_view text) const {
  const int width = canvas.columns();
  for (int line = 0; line < 3 && !text.empty() && row < canvas.rows() - 1; ++line) {
    std::size_t size = text.size();  // ASCII: a byte is a column
    if (size > static_cast<std::size_t>(width)) {
      const std::size_t space = text.rfind(' ', static_cast<std::size_t>(width));
      size =
          space == std::string_view::npos || space == 0 ? static_cast<std::size_t>(width) : space;
    }
    canvas.put(row++, 0, fit_left(text.substr(0, size), width), Tone::warn, true);
    text.remove_prefix(std::min(text.size(), size + (size < text.size() && text[size] == ' ')));
  }
  return row;
}

// Draws the heading at `row` and at most `rows` indices; returns the row below.
int WatchView::draw_table(Canvas& canvas, const WatchTable& table, int row, int rows, TimeNs now) {
  const auto count = static_cast<int>(table.rows().size());
  const auto found = table.rows().find(selected_);
  if (found != table.rows().end()) {
    const auto at = static_cast<int>(std::distance(table.rows().begin(), found));
    first_ = std::clamp(first_, at - rows + 1, at);
  }
  first_ = std::clamp(first_, 0, std::max(0, count - rows));
  const auto widths = fit_columns(kIndexTable, canvas.columns(), kQualityColumn);
  draw_headings(canvas, row++, kIndexTable, widths);
  auto each = std::next(table.rows().begin(), first_);
  for (int end = row + rows; each != table.rows().end() && row < end; ++each, ++row) {
    const auto& [code, index] = *each;
    draw_cells(canvas, row, kIndexTable, widths,
               table.is_current(index, now)
                   ? current_cells(code, index, widths[kStatusColumn] == 0, now)
                   : outdated_cells(code, index, table.until_text(index)),
               code == selected_);
  }
  return row;
}

// Members that moved the level most come first. Colours are used only while the server is alive and
// answers.
void WatchView::draw_members(Canvas& canvas, int row, const Picture& picture, bool alive,
                             TimeNs now) const {
  if (row + 2 >= canvas.rows()) return;
  if (picture.members == nullptr) {
    canvas.put(row, 0,
               picture.fault.empty() ? "asking for the members of " + selected_ : picture.fault,
               picture.fault.empty() ? Tone::faint : Tone::warn, false);
    return;
  }
  const v1::MembersReply& reply = *picture.members;
  const bool current = alive && picture.fault.empty();
  const std::string name =
      canvas.can_show(reply.definition().name()) ? reply.definition().name() + " " : "";
  canvas.put(row, 0,
             fit_left(fmt::format("{} {}at sequence {}{}: {}", selected_, name,
                                  reply.level().index_sequence(), current ? "" : " (not current)",
                                  reply.definition().provenance()),
                      canvas.columns()),
             current ? Tone::heading : Tone::faint, false);
  const auto widths = fit_columns(kMemberTable, canvas.columns(), 1);
  draw_headings(canvas, row + 1, kMemberTable, widths);
  std::vector<const v1::MemberState*> sorted;
  for (const v1::MemberState& each : reply.members()) sorted.push_back(&each);
  std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const v1::MemberState* member) {
    return std::abs(member->contribution());
  });
  int at = row + 2;
  for (const v1::MemberState* member : sorted) {
    if (at >= canvas.rows() - 1) break;
    auto cells = member_cells(canvas, *member, places_of(reply.level()), now);
    for (Cell& cell : cells) cell.tone = current ? cell.tone : Tone::faint;
    draw_cells(canvas, at++, kMemberTable, widths, cells);
  }
}

void WatchView::draw_help(Canvas& canvas) const {
  static constexpr std::array<std::string_view, 10> kHelp{
      "up, down, k, j    choose an index",
      "home, end, g, G   the first, the last",
      "m, enter          its members",
      "escape            back",
      "q                 quit; the levels stay",
      "us      from publication to receipt",
      "live %  weight with a live price of today",
      "points  contribution to the change",
      "lost    sequences that did not come",
      "?       this help",
  };
  const int width = std::min(canvas.columns(), 44);
  int row = 2;
  for (const std::string_view text : kHelp) {
    if (row < canvas.rows())
      canvas.put(row++, 0, fit_left(fmt::format(" {}", text), width), Tone::plain, true);
  }
}

}  // namespace indexcast::server
