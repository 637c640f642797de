// Reads the core's output for all WebSocket clients and hands each what it asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/stream_client.h"
#include "server/http/stream_command.h"
#include "server/metrics/client_stats.h"
#include "server/pipeline/clock.h"
#include "server/pipeline/server_view.h"
#include "server/publish/level_encoder.h"
#include "server/publish/level_json.h"
#include "server/publish/level_mirror.h"
#include "server/publish/publisher_stats.h"

namespace indexcast::server {

// A level is encoded at most once, when the first client needs it. Knows no socket. One thread,
// that of the HTTP server; stats() is for any.
class StreamHub : public FrameSource {
 public:
  StreamHub(const ServerView& view, Clock clock, ClientStats& clients);

  // Another day begins: everybody who follows a code goes on with the day's index of that code,
  // snapshot first; who followed one that the day does not have is told so.
  void follow_day(const ServerView& view, Clock clock);

  // Reads at most `limit` records and sends what is due. Returns how many were read.
  std::size_t poll(std::size_t limit);

  void join(StreamClient& client) { clients_.push_back(&client); }
  void leave(StreamClient& client);
  // Carries out one command of a client and answers it.
  void handle(StreamClient& client, std::string_view text);
  // Tells a client why what it sent cannot be carried out.
  void refuse(StreamClient& client, std::string_view reason);
  // A frame of the client has left its queue.
  void sent(StreamClient& client);

  const LevelMirror& mirror() const { return mirror_; }
  const PublisherStats& stats() const { return stats_; }
  TimeNs now() const { return clock_.now(); }

  std::uint64_t newest_sequence(IndexId index) const override;
  Frame level_frame(IndexId index) override;
  Frame snapshot_frame(IndexId index) override;
  Frame skipped_frame(IndexId index, std::uint64_t from, std::uint64_t to) override;

 private:
  friend class LevelMirror;
  void on_level(const LevelUpdate& update, std::uint64_t stream_sequence);
  void on_skipped(IndexId index, std::uint64_t from, std::uint64_t to);
  void on_tick(const TimerTick& tick, std::uint64_t stream_sequence);
  void on_lapped(std::uint64_t) { stats_.lapped.add(); }

  void subscribe(StreamClient& client, const StreamCommand& command);
  void unsubscribe(StreamClient& client, const StreamCommand& command);
  void follow(StreamClient& client, IndexId index, std::int64_t interval_ms);
  void unfollow(StreamClient& client, IndexId index);
  void unfollow_all(StreamClient& client);
  void tell_unsubscribed(StreamClient& client, std::span<const std::string> codes);
  Frame level_text(IndexId index, std::string_view type);
  Frame finish();

  const Universe* universe_;
  Clock clock_;
  ClientStats& client_stats_;
  LevelMirror mirror_;
  LevelEncoder encoder_;
  PublisherStats stats_{"websocket"};
  v1::Heartbeat heartbeat_;
  v1::Skipped skipped_;
  JsonBuffer text_;
  TimeNs now_{};  // of the running poll or command

  struct Frames {
    Frame level;
    Frame snapshot;
  };
  std::vector<Frames> frames_;                         // of the newest level, by index
  std::vector<std::vector<Subscription*>> followers_;  // by index
  std::vector<StreamClient*> clients_;
};

}  // namespace indexcast::server
