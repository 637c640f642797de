// One index as its application sees it: levels and records in order, beginning with a snapshot that
// is not older than what it saw before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "indexcast/subscriber/callbacks.h"
#include "indexcast/subscriber/counters.h"
#include "indexcast/subscriber/settings.h"
#include "indexcast/v1/query.pb.h"
#include "proto/subscriber/message.h"
#include "proto/subscriber/record_memory.h"
#include "proto/subscriber/steady_stream.h"
#include "proto/subscriber/stream_tracker.h"
#include "proto/subscriber/watermark.h"

namespace indexcast::subscriber {

// Between the trackers, which know one server's numbers, and the callbacks. After a restart or a
// switch levels are withheld until one is not behind the watermark, or Settings::behind_limit has
// passed; that one is told as the snapshot. One thread.
class IndexStream {
 public:
  // `settings`, `callbacks`, `liveness` and `counters` outlive it.
  IndexStream(std::string code, const Settings& settings, const Callbacks& callbacks,
              const Liveness& liveness, Counters& counters, Time now);

  const std::string& code() const { return code_; }
  // Trade date of the newest delivered level, YYYYMMDD; 0 before the first.
  std::uint32_t trade_date() const { return watermark_.trade_date(); }
  // False: a snapshot is to be asked for.
  bool joined() const { return levels_.joined(); }
  // The snapshot that starts this stream was delivered.
  bool begun() const { return begun_; }

  // Another epoch, or another server: what is missing of the old one is named.
  void restart(Begin why, LossReason loss, Time now);
  void join(const v1::Snapshot& snapshot, std::uint64_t epoch, Time now);

  // From the stream or a replay; the content is taken where it has to wait.
  void on_level(v1::Level& level, Arrival arrival, Time now);
  void on_record(v1::Event& record, Arrival arrival, Time now);
  void on_grid(const v1::Grid& grid, Time now);
  void on_inav(const v1::Inav& inav, Time now);
  void on_skipped(const v1::Skipped& skipped, Time now);
  void on_heartbeat(const v1::IndexSequence& sequence, Time now);
  void on_replay(Range asked, v1::ReplayReply& reply, Time now);
  void on_records(Range asked, v1::RecordsReply& reply, Time now);
  void tick(Time now);

  // Trackers with the missing ranges; the caller reports whether it requested a range and whether
  // that failed.
  StreamTracker<v1::Level>& levels() { return levels_; }
  StreamTracker<v1::Event>& records() { return records_; }

 private:
  // Hands what the trackers order on to the callbacks.
  struct LevelSink {
    IndexStream& stream;
    Time now;
    void deliver(v1::Level& level, Arrival arrival, bool newest);
    void lost(Range range, LossReason why);
  };
  struct RecordSink {
    IndexStream& stream;
    void deliver(v1::Event& record, Arrival, bool);
    void lost(Range range, LossReason why);
  };

  void deliver_pending(const v1::Snapshot& snapshot, RecordSink& sink);
  // Starts the stream with `level` (null: none) unless it is behind; then it waits in `pending_`.
  void offer(const v1::Level* level, std::uint64_t complete_to, bool newest, Time now);
  // Quality of a level on a stream that is not requested again (grid, inav).
  Quality see(const v1::Level& level, Time now);
  // Quality of a level that is not behind, or of an index without a level (null).
  Quality quality_of(const v1::Level* level, bool newest) const;
  void begin(const v1::Level* level, std::uint64_t complete_to, Quality quality);
  void report_lost(Stream stream, Range range, LossReason why) const;

  std::string code_;
  const Settings* settings_;
  const Callbacks* callbacks_;
  const Liveness* liveness_;
  Counters* counters_;
  StreamTracker<v1::Level> levels_;
  StreamTracker<v1::Event> records_;
  SteadyStream steady_;
  Watermark watermark_;
  std::uint64_t epoch_ = 0;
  Begin why_ = Begin::joined;
  bool begun_ = false;  // this epoch's snapshot was told
  bool offered_ = false;
  Time offered_at_{0};
  std::optional<v1::Level> pending_;  // the newest of those that are behind
  std::uint64_t pending_to_ = 0;
  RecordMemory memory_;
};

}  // namespace indexcast::subscriber
