#include "proto/subscriber/failover.h"

#include <algorithm>

namespace indexcast::subscriber {

Failover::Failover(std::size_t servers, Time timeout, Time return_after, Time now)
    : servers_(servers), active_since_(now), timeout_(timeout), return_after_(return_after) {}

bool Failover::heartbeat(std::size_t server, std::uint64_t epoch, Time now, bool draining) {
  Health& health = servers_[server];
  const bool came = !health.alive;
  if (came || health.epoch != epoch || draining) health.alive_since = now;
  health.alive = true;
  health.draining = draining;
  health.last = now;
  health.epoch = epoch;
  return came;
}

std::optional<std::size_t> Failover::expire(Time now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Health& health = servers_[i];
    if (!health.alive || now - health.last < timeout_) continue;
    health.alive = false;
    return i;
  }
  return std::nullopt;
}

std::optional<Switch> Failover::check(Time now) {
  if (servers_.size() < 2) return std::nullopt;
  const std::size_t other = 1 - active_;
  // A server that was only just chosen has the time of a timeout to show itself.
  if (!alive(active_) && alive(other) && now - active_since_ >= timeout_) {
    return use(other, SwitchReason::heartbeat_timeout, now);
  }
  if (servers_[active_].draining && in_service(other))
    return use(other, SwitchReason::draining, now);
  const bool back = active_ != 0 && in_service(0) && return_after_ > Time{0} &&
                    now - std::max(active_since_, servers_[0].alive_since) >= return_after_;
  if (back) return use(0, SwitchReason::primary_returned, now);
  return std::nullopt;
}

std::optional<Switch> Failover::epoch_lost(Time now) {
  if (servers_.size() < 2 || !alive(1 - active_)) return std::nullopt;
  return use(1 - active_, SwitchReason::epoch_lost, now);
}

Switch Failover::use(std::size_t server, SwitchReason why, Time now) {
  const Switch change{active_, server, why};
  active_ = server;
  active_since_ = now;
  return change;
}

}  // namespace indexcast::subscriber
