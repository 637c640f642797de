// Decides which server is used, from heartbeats, closed connections and restarts. No socket, no
// clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "indexcast/subscriber/callbacks.h"
#include "proto/subscriber/stream_tracker.h"

namespace indexcast::subscriber {

// A server is alive from its first heartbeat until it is lost: silent for the timeout, or its
// connection was closed. It is eligible while it is alive, ready and not draining. It is as good as
// the server in use when it is eligible and every followed index that is quotable on the server in
// use is quotable on it.
//
// Switches to the other server:
// - when the one in use is lost: at once if the other is eligible; after Limits::unready_after if
//   it is alive only;
// - when the one in use is draining, or restarted, and the other is as good;
// - when the one in use was not ready, or an index was quotable on the other alone, for
//   Limits::better_after, and the other was as good all that time;
// - back to the primary, when that was as good for Limits::return_after.
// The last two also wait until return_after has passed since the previous switch, so that servers
// whose states alternate do not cause repeated switches.
//
// `now` is the time during which the caller watched the servers' sockets (Session), and never goes
// back. One thread.
class Failover {
 public:
  struct Limits {
    Time timeout{0};
    Time return_after{0};   // 0: no fail-back; only other rules return to the primary
    Time better_after{0};   // 0: never
    Time unready_after{0};  // 0: never
  };
  // State of a server as its heartbeat reports it.
  struct Report {
    std::uint64_t epoch = 0;
    bool ready = true;
    bool draining = false;
  };

  Failover(std::size_t servers, const Limits& limits, Time now);

  std::size_t active() const { return active_; }
  bool alive(std::size_t server) const { return servers_[server].presence == Presence::alive; }
  bool any_alive() const;
  // False once the server in use is lost: its values are not current. Before its first heartbeat it
  // is live until the timeout.
  bool live() const { return servers_[active_].presence != Presence::lost; }
  // Neither alive nor lost yet.
  bool unheard(std::size_t server) const { return servers_[server].presence == Presence::unheard; }

  // True when the server was not alive before.
  bool heartbeat(std::size_t server, const Report& report, Time now);
  // Sets whether a followed index is quotable on the server, from the table of a heartbeat.
  void set_quotable(std::size_t server, const std::string& code, bool quotable);
  // The connection was closed or refused. True when the server was not lost before.
  bool close(std::size_t server, Time now);
  // The server's socket holds unread messages, perhaps heartbeats: its silence starts now.
  void postpone(std::size_t server, Time now);
  // Returns a server that was silent for the timeout, one per call; nothing when there is no more.
  std::optional<std::size_t> expire(Time now);
  // Returns a switch when another server must be used from now on. Call it after each change and
  // often.
  std::optional<Switch> check(Time now);
  // The server in use restarted within the day. Returns a switch if the other one is as good.
  std::optional<Switch> epoch_lost(Time now);

 private:
  enum class Presence : std::uint8_t { unheard, alive, lost };
  struct Server {
    Presence presence = Presence::unheard;
    Report report;
    Time last{0};          // its newest heartbeat; before the first, the start
    Time steady_since{0};  // alive in one epoch
    Time lost_since{0};
    SwitchReason why_lost = SwitchReason::heartbeat_timeout;
    std::size_t quotable_alone = 0;  // indices that are quotable here and not on the other one
  };

  bool can_be_chosen(std::size_t server) const;
  bool other_is_as_good() const;
  bool other_is_better() const;
  void lose(Server& server, SwitchReason why, Time now);
  void forget_indices(std::size_t server);
  Switch use(std::size_t server, SwitchReason why, Time now);

  std::vector<Server> servers_;
  std::unordered_map<std::string, std::array<bool, 2>> quotable_;  // by code; of two servers
  Limits limits_;
  std::size_t active_ = 0;
  bool switched_ = false;
  Time active_since_;
  Time as_good_since_;  // of the other server, at the calls of check()
  Time better_since_;
};

}  // namespace indexcast::subscriber
