// Levels over ZeroMQ PUB: two frames, topic and protobuf payload (proto/README.md).
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

// One thread calls do_work; stats() is for any. A subscriber too slow for its high-water mark loses
// messages inside ZeroMQ, which PUB does not tell us: it sees the jump in the index sequence.
class ZmqPublisher : public Agent {
 public:
  // Records taken in one do_work, so that other duties of the thread get their turn: at 1 us a
  // record, a quarter of a millisecond.
  static constexpr std::size_t kBatch = 256;
  // Levels of the grid sent in one do_work, so that a grid of ten thousand indices does not keep
  // their ticks waiting.
  static constexpr std::size_t kGridBatch = 64;

  // To a subscriber a moment, to this thread a system call for every thousand turns.
  static constexpr std::int64_t kSubscriptionsEveryNs = kNsPerMs;

  // Intervals of the grids, ns.
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

  // Sends heartbeat_ as it is filled.
  void send_heartbeat();
  // Keeps the newest level of every index as it is at this instant of the grid (METHODOLOGY 5).
  void begin_grid(TimeNs instant);
  // Sends at most `limit` levels of grid_levels_; returns how many were looked at.
  std::size_t publish_grid(std::size_t limit);
  // The newest level of every fund at an instant of their grid (METHODOLOGY 9).
  void publish_inav_grid(TimeNs instant);
  // Names the instants between `last` and `instant` that never came; `last` moves on.
  void name_missed(TimeNs instant, std::int64_t interval_ns, v1::StreamKind kind, TimeNs& last);
  void send_skipped(IndexId index, v1::StreamKind kind, std::uint64_t from, std::uint64_t to);
  // "KIND/CODE/"; valid until the next call.
  std::string_view topic(std::string_view kind, IndexId index);
  void publish_inav(IndexId fund, const v1::Level& level, TimeNs grid_instant);

  // False when ZeroMQ refused the message.
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
  std::vector<std::string> inav_topics_;  // empty for what is no fund
};

}  // namespace indexcast::server
