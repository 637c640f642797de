// Reads the core's output for the WebSocket clients of one thread and hands each what it asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "indexcast/v1/websocket.pb.h"
#include "server/access/client_tokens.h"
#include "server/messages/heartbeat.h"
#include "server/settings/config.h"
#include "server/view/clock.h"
#include "server/view/level_reader.h"
#include "server/view/publisher_stats.h"
#include "server/view/server_view.h"
#include "server/web/client_stats.h"
#include "server/web/stream_client.h"
#include "server/web/stream_command.h"
#include "server/web/stream_frames.h"

namespace indexcast::server {

// Knows no socket. One thread; stats() is for any.
class StreamHub {
 public:
  // `settings` and `tokens` outlive the hub. `name` labels its metrics.
  StreamHub(const HttpSettings& settings, const ClientTokens& tokens, const ServerView& view,
            Clock clock, ClientStats& clients, const std::string& name);

  // Another day begins: everybody who follows a code goes on with the day's index of that code,
  // snapshot first; who followed one that the day does not have receives `unsubscribed`.
  void switch_day(const ServerView& view, Clock clock);

  // Reads at most `limit` records and sends what is due. Returns how many were read.
  std::size_t poll(std::size_t limit);
  // Whether the core has published more than poll() has read.
  bool has_news() const;
  // Called when a command or a written socket makes due() earlier.
  void on_due_earlier(std::function<void()> call) { due_earlier_ = std::move(call); }
  // When poll() is due although the core publishes nothing, on now()'s clock; kNoDeadline: not at
  // all. Of the last poll.
  TimeNs due() const { return due_; }

  void join(StreamClient& client) { clients_.push_back(&client); }
  void leave(StreamClient& client);
  // Carries out one command of a client and answers it.
  void handle(StreamClient& client, std::string_view message);
  // The client's socket has taken bytes: there may be room again.
  void written(StreamClient& client);

  const DayState& day() const { return day_; }
  // Source of a client's frames.
  FrameSource& source() { return frames_; }
  const PublisherStats& stats() const { return stats_; }
  // The clock of all waits for clients, which stay while days change: monotonic_now().
  TimeNs now() const { return monotonic_now(); }

 private:
  // Why a command is not carried out, for a program and for a person.
  struct CommandFault {
    v1::RefusalReason kind;
    std::string reason;
  };

  friend class LevelReader;
  void on_level(const LevelUpdate& update, std::uint64_t stream_sequence);
  void on_skipped(IndexId index, std::uint64_t from, std::uint64_t to);
  void on_tick(const TimerTick& tick, std::uint64_t);
  void on_lapped(std::uint64_t) { stats_.lapped.add(); }

  std::size_t read(std::size_t limit);
  void flush(StreamClient& client);
  void on_record(IndexId index);
  void begin_day(const ServerView& view);
  void send_table();
  // Offers heartbeat_message_ as it is filled to every client.
  void send_heartbeat();
  void send_grid();
  void carry_out(StreamClient& client, const StreamCommand& command);
  void authenticate(StreamClient& client, const StreamCommand& command);
  void subscribe(StreamClient& client, const StreamCommand& command);
  // Why none of it can be carried out; nothing when it can.
  std::optional<CommandFault> subscribe_fault(const StreamClient& client,
                                              const StreamCommand& command) const;
  CommandFault too_many_codes() const;
  void unsubscribe(StreamClient& client, const StreamCommand& command);
  void replay(StreamClient& client, const StreamCommand& command);
  void pong(StreamClient& client, const StreamCommand& command);
  void refuse(StreamClient& client, std::uint32_t id, const CommandFault& fault,
              const std::string& code = {});
  void follow(StreamClient& client, IndexId index, const SubscriptionOptions& options,
              std::uint32_t id);
  void unfollow(StreamClient& client, IndexId index);
  void unfollow_all(StreamClient& client);
  void send_unsubscribed(StreamClient& client, std::span<const std::string> codes,
                         std::uint32_t id);
  void answer(StreamClient& client, std::uint32_t id);

  const HttpSettings& settings_;
  const ClientTokens& tokens_;
  ServerView view_;
  const Universe* universe_ = nullptr;
  Clock clock_;
  ClientStats& client_stats_;
  DayState day_;
  PublisherStats stats_;
  StreamFrames frames_;
  ShortHeartbeats short_heartbeats_;
  std::int64_t grid_ms_ = 0;  // ServerView::grid_ms
  TimeNs now_{};              // of the running poll or command
  TimeNs due_ = kNoDeadline;
  std::function<void()> due_earlier_;

  // Reused, so that their parts keep what they allocated.
  v1::ServerMessage heartbeat_message_;
  v1::ServerMessage message_;

  std::vector<std::vector<Subscription*>> followers_;  // by index
  std::vector<StreamClient*> clients_;
};

}  // namespace indexcast::server
