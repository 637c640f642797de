// What `watch` has seen of each index, and one line of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "calc/time.h"
#include "indexcast/v1/stream.pb.h"
#include "server/metrics/latency_histogram.h"

namespace indexcast::server {

// Follows the sequences of a stream: what no Skipped message explains is a loss. A new epoch starts
// from nothing.
class WatchTable {
 public:
  struct Row {
    v1::Level level;
    std::uint64_t covered = 0;  // index sequence up to which all is accounted for
    std::uint64_t lost = 0;
    std::uint64_t skipped = 0;
    std::int64_t latency_ns = 0;  // publish to receipt
    int moved = 0;                // 1 when the last move of the level was up, -1 down
    TimeNs moved_at{};
  };

  void take(const v1::Level& level, TimeNs received);
  void take(const v1::Skipped& skipped);
  void take(const v1::Heartbeat& heartbeat, TimeNs received);

  // Levels of an index that neither came nor were named as skipped, in this epoch.
  std::uint64_t lost(const std::string& code) const;
  std::uint64_t skipped(const std::string& code) const;

  // By code; rows of codes that were only named as skipped have no level.
  const std::map<std::string, Row>& rows() const { return rows_; }
  // When the server was last heard; zero: never.
  TimeNs heard() const { return heard_; }
  std::uint64_t levels() const { return levels_; }
  // Of the levels of this epoch, from publication to receipt.
  const LatencyHistogram& latency() const { return *latency_; }

  // The newest level of `code` as one line, which ends in a line feed.
  std::string line(const std::string& code) const;

 private:
  void cover(Row& row, std::uint64_t from, std::uint64_t to);
  void enter_epoch(std::uint64_t epoch);

  std::map<std::string, Row> rows_;
  std::uint64_t epoch_ = 0;
  TimeNs heard_{};
  std::uint64_t levels_ = 0;
  std::unique_ptr<LatencyHistogram> latency_ = std::make_unique<LatencyHistogram>();
};

// "+12.3456"; without a sign for 0.
std::string signed_text(std::int64_t raw, int places);
// "partial_market,fx_stale"; empty for none.
std::string flag_words(std::uint32_t flags);
// Places of a level, as far as they are believed.
int places_of(const v1::Level& level);

}  // namespace indexcast::server
