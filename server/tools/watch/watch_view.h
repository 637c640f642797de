// How `watch` looks: the table of indices, and the members of one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calc/time.h"
#include "indexcast/v1/query.pb.h"
#include "server/tools/watch/terminal.h"
#include "server/tools/watch/watch_table.h"

namespace indexcast::server {

// Contents of the screen in addition to the table of indices.
struct Picture {
  TimeNs began{};          // when the watch began
  std::string connection;  // what is wrong with it; empty: nothing
  // Members of WatchView::shown(); null with the reason in `fault`.
  const v1::MembersReply* members = nullptr;
  std::string fault;
};

// Describes the server's state in one line; empty while it is live. `connection`: as in Picture.
std::string state_text(ServerState state, const WatchTable& table, const std::string& connection);

// Draws the table and handles keys. One thread.
class WatchView {
 public:
  // `title`: the first line.
  explicit WatchView(std::string title) : title_(std::move(title)) {}

  // Follows a key; false when it ends the watch.
  bool take(Key key, const WatchTable& table);

  // The code whose members are shown; empty while none are.
  std::string shown() const { return members_ ? selected_ : std::string(); }

  void draw(Canvas& canvas, const WatchTable& table, const Picture& picture, TimeNs now);

 private:
  void move(const WatchTable& table, int by);
  int draw_pending(Canvas& canvas, int row, const std::vector<std::string>& lines, int rows) const;
  int draw_banner(Canvas& canvas, int row, std::string_view text) const;
  int draw_table(Canvas& canvas, const WatchTable& table, int row, int rows, TimeNs now);
  void draw_members(Canvas& canvas, int row, const Picture& picture, bool alive, TimeNs now) const;
  void draw_help(Canvas& canvas) const;

  std::string title_;
  std::string selected_;
  bool members_ = false;
  bool help_ = false;
  int first_ = 0;  // row of the table that stands topmost
};

}  // namespace indexcast::server
