// Publishes levels and records over ZeroMQ PUB in two frames: topic and protobuf payload
// (proto/README.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/messages/heartbeat.h"
#include "server/messages/inav_encoder.h"
#include "server/messages/level_encoder.h"
#include "server/messages/record_encoder.h"
#include "server/view/agent.h"
#include "server/view/clock.h"
#include "server/view/event_reader.h"
#include "server/view/level_reader.h"
#include "server/view/publisher_stats.h"
#include "server/view/server_view.h"
#include "server/zmq/socket.h"

namespace indexcast::server {

// One thread calls the members of Agent; any thread may call stats(). A subscriber that is too slow
// for its high-water mark loses messages inside ZeroMQ. PUB does not report that, and the
// subscriber sees a jump in the index sequence.
class ZmqPublisher : public Agent {
 public:
  // Records sent in one turn at most: a quarter of a millisecond at 1 us a record.
  static constexpr std::size_t kBatch = 256;
  // Levels of the grid sent in one turn at most, so that ticks do not wait for a grid of ten
  // thousand indices.
  static constexpr std::size_t kGridBatch = 64;

  // Time between two looks at subscriptions while the thread is busy. A look costs a system call.
  static constexpr std::int64_t kSubscriptionsEveryNs = kNsPerMs;

  // Intervals of the grids in nanoseconds.
  struct Grids {
    std::int64_t levels_ns = kNsPerSecond;
    std::int64_t inavs_ns = 15 * kNsPerSecond;
  };

  // `socket` and what `view` points to outlive the publisher.
  ZmqPublisher(ZmqSocket& socket, const Grids& grids, const ServerView& view, Clock clock);

  std::size_t do_work(TimeNs now) override;
  void watch(feed::ReadySet& ready) override;
  TimeNs due(TimeNs now) const override;

  const PublisherStats& stats() const { return stats_; }

 private:
  friend class LevelReader;
  friend class EventReader;
  void on_level(const LevelUpdate& update, std::uint64_t stream_sequence);
  void on_skipped(IndexId index, std::uint64_t from, std::uint64_t to);
  void on_tick(const TimerTick& tick, std::uint64_t);
  void on_lapped(std::uint64_t) { stats_.lapped.add(); }

  void process_events(TimeNs now);
  void on_record(const Record& record);
  void on_records_skipped(IndexId index, std::uint64_t from, std::uint64_t to);

  // Sends heartbeat_ as filled.
  void send_heartbeat();
  // Copies the newest level of every index at this instant of the grid (METHODOLOGY 5).
  void begin_grid(TimeNs instant);
  // Sends at most `limit` levels of grid_levels_. Returns the number of indices visited.
  std::size_t publish_grid(std::size_t limit);
  // Sends the newest level of every fund at an instant of their grid (METHODOLOGY 9).
  void publish_inav_grid(TimeNs instant);
  // Sends `skipped` for the instants between `last` and `instant` that did not come, and sets
  // `last` to `instant`.
  void name_missed(TimeNs instant, std::int64_t interval_ns, v1::StreamKind kind, TimeNs& last);
  void send_skipped(IndexId index, v1::StreamKind kind, std::uint64_t from, std::uint64_t to);
  // Returns "KIND/CODE/", valid until the next call.
  std::string_view topic(std::string_view kind, IndexId index);
  void publish_inav(IndexId fund, const v1::Level& level, TimeNs grid_instant);

  // Sends and counts. Returns false when ZeroMQ refused the message.
  bool send(std::string_view topic, std::string_view payload);

  ZmqSocket* socket_;
  ServerView view_;
  const Universe* universe_;
  Clock clock_;
  LevelReader level_reader_;
  LevelEncoder encoder_;
  InavEncoder inav_encoder_;
  Grids grids_;
  TimeNs subscriptions_taken_{};
  bool socket_ready_ = false;  // ZeroMQ has something to process, such as a subscription
  bool sent_ = false;          // since ZeroMQ's events were processed
  TimeNs last_grid_{};
  TimeNs last_inav_grid_{};
  EventReader event_reader_;
  RecordEncoder record_encoder_;
  PublisherStats stats_{"zeromq"};
  ShortHeartbeats short_heartbeats_;
  v1::Heartbeat heartbeat_;
  v1::Skipped skipped_;
  v1::Grid grid_;
  struct GridLevel {
    LevelUpdate update;
    std::uint64_t stream_sequence = 0;
  };
  std::vector<GridLevel> grid_levels_;  // of each index, at the instant of grid_
  IndexId grid_next_ = 0;               // those before it are sent
  std::string topic_;
  std::string bytes_;
  std::vector<std::string> level_topics_;
  std::vector<std::string> inav_topics_;  // empty for an index that is not a fund
};

}  // namespace indexcast::server
