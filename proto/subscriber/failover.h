// Which server is used: by heartbeats and restarts alone. Knows no socket and no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "indexcast/subscriber/callbacks.h"
#include "proto/subscriber/stream_tracker.h"

namespace indexcast::subscriber {

// A server is alive from its first heartbeat until it was silent for the timeout. The one in use is
// left when it is not alive, or restarted, and the other one is alive; when it says that it is
// being drained and the other one is alive and does not; and for the primary, once that was alive
// for long enough without a restart, and is not drained. One that is silent is kept while no other
// speaks.
class Failover {
 public:
  Failover(std::size_t servers, Time timeout, Time return_after, Time now);

  std::size_t active() const { return active_; }
  bool alive(std::size_t server) const { return servers_[server].alive; }

  // True when the server was not alive before.
  bool heartbeat(std::size_t server, std::uint64_t epoch, Time now, bool draining = false);
  // Servers whose heartbeats stopped, one a call; none when no more did.
  std::optional<std::size_t> expire(Time now);
  // The server to use from now on, when it is another one.
  std::optional<Switch> check(Time now);
  // The server in use lost its day: it restarted.
  std::optional<Switch> epoch_lost(Time now);

 private:
  struct Health {
    bool alive = false;
    bool draining = false;
    Time last{0};
    Time alive_since{0};
    std::uint64_t epoch = 0;
  };

  bool in_service(std::size_t server) const { return alive(server) && !servers_[server].draining; }
  Switch use(std::size_t server, SwitchReason why, Time now);

  std::vector<Health> servers_;
  std::size_t active_ = 0;
  Time active_since_;
  Time timeout_;
  Time return_after_;
};

}  // namespace indexcast::subscriber
