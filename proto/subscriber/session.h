// A subscriber without sockets and clock: takes messages and time, makes requests and callbacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "indexcast/subscriber/callbacks.h"
#include "indexcast/subscriber/counters.h"
#include "indexcast/subscriber/settings.h"
#include "indexcast/v1/query.pb.h"
#include "proto/subscriber/failover.h"
#include "proto/subscriber/index_stream.h"
#include "proto/subscriber/message.h"
#include "proto/subscriber/questions.h"

namespace indexcast::subscriber {

// The sockets of a session.
class Wire {
 public:
  virtual ~Wire() = default;
  // A v1::Request to the ROUTER of `server`; false when it cannot be sent now.
  virtual bool ask(std::size_t server, std::string_view request) = 0;
  // Begins or ends the subscription of everything but heartbeats, which come from every server.
  virtual void follow(std::size_t server, bool on) = 0;
};

// One thread. `now` never goes back.
class Session {
 public:
  // `wire` outlives it. Follows the first server.
  Session(Settings settings, Callbacks callbacks, Wire& wire, Time now);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Take any bytes, from the PUB and from the ROUTER of a server. Call these for all messages in
  // the sockets before tick(), so that a pause of the caller does not count as silence of a server.
  void on_published(std::size_t server, std::string_view topic, std::string_view payload, Time now);
  void on_reply(std::size_t server, std::string_view payload, Time now);
  // The PUB's socket holds more messages than were taken: this tick does not judge the server
  // silent.
  void on_backlog(std::size_t server) { failover_.postpone(server, watched_); }
  // The connection to the PUB was closed or refused, and all messages from before were taken.
  void on_disconnected(std::size_t server, Time now);
  // Call about every 10 ms. Of a longer time between two calls, at most a quarter of
  // Settings::heartbeat_timeout counts towards silence and waiting for a switch.
  void tick(Time now);

  std::size_t server() const { return failover_.active(); }
  bool is_live() const { return failover_.live(); }
  bool is_live(std::string_view code) const;
  const Counters& counters() const { return counters_; }
  void count_malformed() { ++counters_.malformed; }

 private:
  // Limit on the indices that a server can add where every index is followed; a trading day has a
  // few thousand.
  static constexpr std::size_t kIndicesMax = 100'000;

  struct Index {
    IndexStream stream;
    bool asked = false;  // for its snapshot
    Time ask_at{0};
  };

  void pass_on(MessageReader::Kind kind, IndexStream& stream, Time now);
  IndexStream* find(const std::string& code);
  Index* add(const std::string& code, Time now);

  void on_heartbeat(std::size_t server, Time now);
  // A server was lost.
  void on_lost(std::size_t server);
  void report_liveness();
  // False for an old epoch. A newer one starts all streams again.
  bool enter(std::uint64_t epoch, Time now);
  void restart(Begin why, LossReason loss, Time now);
  void change(const Switch& change, Time now);

  void on_snapshots(const Question& question, v1::SnapshotReply& reply, Time now);
  bool is_new_day(const v1::SnapshotReply& reply) const;
  void on_unknown(const std::string& code, Time now);
  void refused(const Question& question, const v1::Refusal& refusal, Time now);
  void failed(const Question& question, Time now, Time wait = Time{0});

  void ask_snapshots(Time now);
  void ask_replays(IndexStream& stream, Time now);
  void report(Time now);
  bool ask(Question question, v1::Request& request, Time now);

  Settings settings_;
  Callbacks callbacks_;
  Wire* wire_;
  Counters counters_;
  Time watched_{0};  // the failover's clock: time of the ticks, with long gaps shortened
  Time last_tick_;
  Failover failover_;
  Liveness liveness_{.live = true, .server = 0, .any_alive = false};
  bool liveness_told_ = false;
  MessageReader reader_;
  Questions questions_;
  std::unordered_map<std::string, Index> indices_;

  std::uint64_t epoch_ = 0;      // of the server in use; 0: not known yet
  bool any_epoch_ = false;       // that server was silent: its clock may have been put back
  bool epoch_in_doubt_ = false;  // a restart or a new day? the next snapshot shows it
  bool list_ = false;            // the server's indices are still to be learned
  std::string list_after_;
  bool list_asked_ = false;
  Time list_at_{0};
  Time report_at_{0};
  std::string bytes_;
};

}  // namespace indexcast::subscriber
