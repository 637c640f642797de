// What `watch` has seen of each index, and how it looks in a terminal.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "calc/time.h"
#include "indexcast/v1/stream.pb.h"

namespace indexcast::server {

// Follows the sequences of a stream: what no Skipped message explains is a loss. A new epoch starts
// from nothing.
class WatchTable {
 public:
  void take(const v1::Level& level, TimeNs received);
  void take(const v1::Skipped& skipped);
  void take(const v1::Heartbeat& heartbeat, TimeNs received);

  // Levels of an index that neither came nor were named as skipped, in this epoch.
  std::uint64_t lost(const std::string& code) const;
  std::uint64_t skipped(const std::string& code) const;

  // One line per index under a heading; `now` tells how long ago the server was heard.
  std::string table(TimeNs now) const;
  // The newest level of `code` as one line.
  std::string line(const std::string& code) const;

 private:
  struct Row {
    v1::Level level;
    std::uint64_t covered = 0;  // index sequence up to which all is accounted for
    std::uint64_t lost = 0;
    std::uint64_t skipped = 0;
    std::int64_t latency_ns = 0;  // publish to receipt
  };

  void cover(Row& row, std::uint64_t from, std::uint64_t to);
  void enter_epoch(std::uint64_t epoch);
  static std::string text_of_row(const std::string& code, const Row& row);

  std::map<std::string, Row> rows_;
  std::uint64_t epoch_ = 0;
  TimeNs heard_{};
};

}  // namespace indexcast::server
