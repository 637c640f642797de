// State of each index for `watch`: its newest level, losses, and whether the level is current.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "calc/time.h"
#include "indexcast/v1/stream.pb.h"
#include "server/view/latency_histogram.h"

namespace indexcast::server {

// The server counts as dead after this long without a heartbeat.
inline constexpr std::int64_t kSilenceNs = 2 * kNsPerSecond;

enum class ServerState : std::uint8_t {
  waiting,    // nothing heard yet, and not for long
  silent,     // no heartbeat for kSilenceNs, or no connection
  draining,   // alive; an operator takes it out of service
  not_ready,  // alive; a feed is not live or an index has no level
  closed,     // alive; the day of every index is closed
  live
};

// Follows the sequences of a stream. A jump that no Skipped message explains is a loss. A new epoch
// clears the table. One thread. Times come from one clock of this machine that never goes back; it
// may differ from the server's.
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
    bool newest = false;  // no newer level is known to exist, and none was missed in a silence
    TimeNs until{};       // when it was last current
    // PendingPrice records that are pending, one for each member and subject.
    std::vector<v1::PendingPrice> pending = {};
  };

  // `codes`: those that are followed; empty: every index.
  explicit WatchTable(std::vector<std::string> codes = {}) : codes_(std::move(codes)) {}

  void take(const v1::Level& level, TimeNs received);
  void take(const v1::Skipped& skipped);
  void take(const v1::Heartbeat& heartbeat, TimeNs received);
  void take(const v1::PendingPrice& record);
  // Replaces what is pending for an index by the server's list.
  void take_pending(const std::string& code,
                    const google::protobuf::RepeatedPtrField<v1::PendingPrice>& list);
  // The connection ended or was made again: nothing is current before the next heartbeat.
  void disconnect();

  // State of the server at `now`; `began`: when the watch began.
  ServerState state(TimeNs now, TimeNs began) const;
  bool is_alive(TimeNs now) const;
  // Whether the row's level may be shown as live.
  bool is_current(const Row& row, TimeNs now) const { return row.newest && is_alive(now); }
  // Time at which the newest heartbeat was due here; zero: none yet.
  TimeNs heard() const { return last_heard_; }

  // Followed codes that the server does not have; empty as well before it named all of its indices.
  std::vector<std::string> unknown() const;
  // All codes of the server; empty before it named them.
  const std::set<std::string>& known() const { return known_; }

  // Number of levels of an index in this epoch that did not arrive and were not reported as
  // skipped.
  std::uint64_t lost(const std::string& code) const;
  std::uint64_t skipped(const std::string& code) const;

  // Rows by code. A row has an empty level before the first one since the watch began.
  const std::map<std::string, Row>& rows() const { return rows_; }
  std::uint64_t levels() const { return levels_; }
  // Newest time stamp of an exchange among the levels, ns; 0: none.
  std::int64_t exchange_time() const { return exchange_time_; }
  // Latency of this epoch's levels, from publication to receipt.
  const LatencyHistogram& latency() const { return *latency_; }

  // "as of 15:04:22", for a row that is not current.
  std::string until_text(const Row& row) const;

  // Code of an index whose newest level has the flag price_pending or level_guard while no record
  // names the member, as after a late start; empty: none.
  std::string unexplained() const;

  // The newest level of `code` as one line, which ends in a line feed. `current`: with status and
  // quality; otherwise with the time until which they were current.
  std::string line(const std::string& code, bool current) const;

 private:
  void cover(Row& row, std::uint64_t from, std::uint64_t to);
  void enter_epoch(std::uint64_t epoch);
  void outdate(Row& row) const;
  static void forget_ended(Row& row);
  void note_heartbeat_time(std::int64_t published_ns, TimeNs received);
  void collect_codes(const v1::Heartbeat& heartbeat);

  std::vector<std::string> codes_;
  std::map<std::string, Row> rows_;
  std::uint64_t epoch_ = 0;
  TimeNs heard_{};  // of this connection; zero: not yet
  TimeNs last_heard_{};
  // Shortest time from a heartbeat's stamp to its arrival, on this connection.
  std::int64_t delay_ns_ = std::numeric_limits<std::int64_t>::max();
  bool draining_ = false;
  bool ready_ = true;
  std::set<std::string> known_;
  std::set<std::string> collected_;  // of the table whose pages are arriving
  std::uint32_t pages_ = 0;
  std::int64_t exchange_time_ = 0;
  std::uint64_t levels_ = 0;
  std::unique_ptr<LatencyHistogram> latency_ = std::make_unique<LatencyHistogram>();
};

// What is pending for a current level, one line for each member and one for the whole; empty when
// nothing is: "688041.SH 188.00 waits (outside_collar), compared with 141.98, impact 91.20 bp".
std::vector<std::string> pending_lines(const WatchTable::Row& row);

// "+12.3456"; without a sign for 0.
std::string signed_text(std::int64_t raw, int places);
// Quality and flags: "quotable", "quotable,price_pending", "partial_market,fx_stale"; "-" for none.
std::string quality_text(const v1::Level& level);
// "as of 15:04:22", UTC+8; "not known" for zero.
std::string as_of(std::int64_t wall_ns);
// "15:04:22", UTC+8.
std::string time_of_day(std::int64_t wall_ns);
// Decimal places of a level, bounded against a hostile message.
int places_of(const v1::Level& level);

}  // namespace indexcast::server
