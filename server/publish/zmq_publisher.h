// Levels over ZeroMQ PUB: two frames, topic and protobuf payload (proto/README.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config.h"
#include "server/pipeline/agent.h"
#include "server/pipeline/clock.h"
#include "server/pipeline/server_view.h"
#include "server/publish/inav_encoder.h"
#include "server/publish/level_encoder.h"
#include "server/publish/level_mirror.h"
#include "server/publish/publisher_stats.h"
#include "server/publish/zmq_socket.h"

namespace indexcast::server {

// One thread calls do_work; stats() is for any. A subscriber too slow for its high-water mark loses
// messages inside ZeroMQ, which PUB does not tell us: it sees the jump in the index sequence.
class ZmqPublisher : public Agent {
 public:
  // Records taken in one do_work, so that other duties of the thread get their turn: at 1 us a
  // record, a quarter of a millisecond.
  static constexpr std::size_t kBatch = 256;

  // `socket` and what `view` points to outlive the publisher.
  ZmqPublisher(ZmqSocket& socket, const ZmqSettings& settings, const ServerView& view, Clock clock);

  std::size_t do_work(TimeNs now) override;

  const PublisherStats& stats() const { return stats_; }

 private:
  friend class LevelMirror;
  void on_level(const LevelUpdate& update, std::uint64_t stream_sequence);
  void on_skipped(IndexId index, std::uint64_t from, std::uint64_t to);
  void on_tick(const TimerTick& tick, std::uint64_t stream_sequence);
  void on_lapped(std::uint64_t) { stats_.lapped.add(); }

  // The newest level of every fund, when the instant is one of the grid's (METHODOLOGY 9).
  void publish_grid(TimeNs instant);
  void publish_inav(IndexId fund, const v1::Level& level, TimeNs grid_instant);

  // False when ZeroMQ refused the message.
  bool send(std::string_view topic, std::string_view payload);

  ZmqSocket* socket_;
  const Universe* universe_;
  Clock clock_;
  LevelMirror mirror_;
  LevelEncoder encoder_;
  InavEncoder inav_encoder_;
  std::int64_t inav_grid_ns_;
  PublisherStats stats_{"zeromq"};
  v1::Heartbeat heartbeat_;
  v1::Skipped skipped_;
  std::string bytes_;
  std::vector<std::string> level_topics_;
  std::vector<std::string> skipped_topics_;
  std::vector<std::string> inav_topics_;  // empty for what is no fund
};

}  // namespace indexcast::server
