// Which server is used: decided by heartbeats, closed connections and restarts. No socket, no
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

// A server is alive from its first heartbeat until it is lost: it was silent for the timeout, or
// its connection was closed. It can be chosen while it is alive, ready and not draining. It is as
// good as the one in use when it can be chosen and has every followed index quotable that is
// quotable there.
//
// The one in use is left:
// - when it is lost: at once for one that can be chosen; after Limits::unready_after for one that
//   is alive only;
// - when it drains, or restarted, and the other one is as good;
// - when it was not ready, or an index was quotable on the other one alone, for
//   Limits::better_after, and the other one was as good all the time;
// - for the primary, when that was as good for Limits::return_after.
// The last two come no earlier than return_after after the switch before, so that servers whose
// states alternate do not move the subscriber to and fro.
//
// `now` is time during which the caller watched the servers' sockets (Session), and never goes
// back. One thread.
class Failover {
 public:
  struct Limits {
    Time timeout{0};
    Time return_after{0};   // 0: the primary is used again only where another rule asks for it
    Time better_after{0};   // 0: never
    Time unready_after{0};  // 0: never
  };
  // What a heartbeat says of its server.
  struct Report {
    std::uint64_t epoch = 0;
    bool ready = true;
    bool draining = false;
  };

  Failover(std::size_t servers, const Limits& limits, Time now);

  std::size_t active() const { return active_; }
  bool alive(std::size_t server) const { return servers_[server].presence == Presence::alive; }
  bool any_alive() const;
  // False once the server in use is lost: what it sent is not current. Until its first heartbeat it
  // has the time of the timeout.
  bool live() const { return servers_[active_].presence != Presence::lost; }
  // Neither a heartbeat nor a loss yet.
  bool unheard(std::size_t server) const { return servers_[server].presence == Presence::unheard; }

  // True when the server was not alive before.
  bool heartbeat(std::size_t server, const Report& report, Time now);
  // Whether a followed index is quotable there, as the table of a heartbeat has it.
  void set_quotable(std::size_t server, const std::string& code, bool quotable);
  // The connection was closed or refused. True when the server was not lost before.
  bool close(std::size_t server, Time now);
  // The server's socket holds more than was read, perhaps heartbeats: its silence begins now.
  void postpone(std::size_t server, Time now);
  // Servers that were silent for the timeout, one a call; none when no more were.
  std::optional<std::size_t> expire(Time now);
  // The server to use from now on, when it is another one. To be called after each change and
  // often.
  std::optional<Switch> check(Time now);
  // The server in use lost its day: it restarted.
  std::optional<Switch> epoch_lost(Time now);

 private:
  enum class Presence : std::uint8_t { unheard, alive, lost };
  struct Server {
    Presence presence = Presence::unheard;
    Report report;
    Time last{0};          // its newest heartbeat; at first, the beginning
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
  Time as_good_since_;  // the other one, as far as check() was called
  Time better_since_;
};

}  // namespace indexcast::subscriber
