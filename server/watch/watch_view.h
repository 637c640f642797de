// How `watch` looks: the table of indices, and the members of one.
#pragma once

#include <string>
#include <vector>

#include "calc/time.h"
#include "indexcast/v1/query.pb.h"
#include "server/watch/canvas.h"
#include "server/watch/terminal.h"
#include "server/watch/watch_table.h"

namespace indexcast::server {

// What a person has chosen to see. One thread.
class WatchView {
 public:
  // `title`: the first line.
  explicit WatchView(std::string title) : title_(std::move(title)) {}

  // Follows a key; false when it ends the watch.
  bool take(Key key, const WatchTable& table);

  // The code whose members are shown; empty while none are.
  std::string shown() const { return members_ ? selected_ : std::string(); }

  // Draws everything. `members` of shown(), or null with the reason in `fault`.
  void draw(Canvas& canvas, const WatchTable& table, const v1::MembersReply* members,
            const std::string& fault, TimeNs now);

 private:
  void move(const WatchTable& table, int by);
  int draw_table(Canvas& canvas, const WatchTable& table, int rows, TimeNs now);
  void draw_members(Canvas& canvas, int row, const v1::MembersReply* members,
                    const std::string& fault, TimeNs now) const;
  void draw_help(Canvas& canvas) const;

  std::string title_;
  std::string selected_;
  bool members_ = false;
  bool help_ = false;
  int first_ = 0;  // row of the table that stands topmost
};

}  // namespace indexcast::server
