#include "proto/subscriber/failover.h"

#include <algorithm>

namespace indexcast::subscriber {

Failover::Failover(std::size_t servers, const Limits& limits, Time now)
    : servers_(servers),
      limits_(limits),
      active_since_(now),
      as_good_since_(now),
      better_since_(now) {
  for (Server& server : servers_) server.last = now;
}

bool Failover::any_alive() const {
  return std::ranges::any_of(
      servers_, [](const Server& server) { return server.presence == Presence::alive; });
}

bool Failover::can_be_chosen(std::size_t server) const {
  const Report& report = servers_[server].report;
  return alive(server) && report.ready && !report.draining;
}

bool Failover::other_is_as_good() const {
  return can_be_chosen(1 - active_) && servers_[active_].quotable_alone == 0;
}

bool Failover::other_is_better() const {
  return other_is_as_good() &&
         (!servers_[active_].report.ready || servers_[1 - active_].quotable_alone > 0);
}

bool Failover::heartbeat(std::size_t server, const Report& report, Time now) {
  Server& one = servers_[server];
  const bool came = one.presence != Presence::alive;
  const bool restarted = one.report.epoch != report.epoch;
  if (came || restarted) one.steady_since = now;
  if (restarted) forget_indices(server);
  one.presence = Presence::alive;
  one.report = report;
  one.last = now;
  return came;
}

void Failover::set_quotable(std::size_t server, const std::string& code, bool quotable) {
  if (servers_.size() < 2) return;
  auto& at = quotable_[code];
  if (at[server] == quotable) return;
  at[server] = quotable;
  if (at[1 - server]) {
    servers_[1 - server].quotable_alone += quotable ? -std::size_t{1} : std::size_t{1};
  } else {
    servers_[server].quotable_alone += quotable ? std::size_t{1} : -std::size_t{1};
  }
}

void Failover::forget_indices(std::size_t server) {
  for (const auto& [code, at] : quotable_) set_quotable(server, code, false);
}

bool Failover::close(std::size_t server, Time now) {
  if (servers_[server].presence == Presence::lost) return false;
  lose(servers_[server], SwitchReason::connection_lost, now);
  return true;
}

void Failover::postpone(std::size_t server, Time now) {
  servers_[server].last = std::max(servers_[server].last, now);
}

std::optional<std::size_t> Failover::expire(Time now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    Server& server = servers_[i];
    if (server.presence == Presence::lost || now - server.last < limits_.timeout) continue;
    lose(server, SwitchReason::heartbeat_timeout, now);
    return i;
  }
  return std::nullopt;
}

// Its report about indices is invalid until the next one.
void Failover::lose(Server& server, SwitchReason why, Time now) {
  server.presence = Presence::lost;
  server.why_lost = why;
  server.lost_since = now;
  forget_indices(static_cast<std::size_t>(&server - servers_.data()));
}

std::optional<Switch> Failover::check(Time now) {
  if (servers_.size() < 2) return std::nullopt;
  const std::size_t other = 1 - active_;
  const Server& used = servers_[active_];
  if (!other_is_as_good()) as_good_since_ = now;
  if (!other_is_better()) better_since_ = now;
  if (used.presence == Presence::lost) {
    const bool last_resort = alive(other) && limits_.unready_after > Time{0} &&
                             now - used.lost_since >= limits_.unready_after;
    if (can_be_chosen(other) || last_resort) return use(other, used.why_lost, now);
    return std::nullopt;
  }
  if (used.presence == Presence::unheard || !other_is_as_good()) return std::nullopt;
  if (used.report.draining) return use(other, SwitchReason::draining, now);
  if (switched_ && now - active_since_ < limits_.return_after) return std::nullopt;
  if (other_is_better() && limits_.better_after > Time{0} &&
      now - better_since_ >= limits_.better_after) {
    return use(other, SwitchReason::other_is_better, now);
  }
  const Time steady = now - std::max(as_good_since_, servers_[other].steady_since);
  if (other == 0 && limits_.return_after > Time{0} && steady >= limits_.return_after) {
    return use(other, SwitchReason::primary_returned, now);
  }
  return std::nullopt;
}

std::optional<Switch> Failover::epoch_lost(Time now) {
  if (servers_.size() < 2 || !other_is_as_good()) return std::nullopt;
  return use(1 - active_, SwitchReason::epoch_lost, now);
}

Switch Failover::use(std::size_t server, SwitchReason why, Time now) {
  const Switch change{active_, server, why};
  active_ = server;
  switched_ = true;
  active_since_ = as_good_since_ = better_since_ = now;
  return change;
}

}  // namespace indexcast::subscriber
