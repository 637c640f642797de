#include "feedhandlers/szse/sentinels.h"

#include <algorithm>

namespace indexcast::szse {

Sentinels::Sentinels(std::span<const std::uint32_t> codes, std::int64_t silence_ns)
    : silence_ns_(silence_ns) {
  for (const std::uint32_t code : codes) {
    if (index_.try_emplace(code, sentinels_.size()).second) sentinels_.emplace_back();
  }
}

std::optional<std::size_t> Sentinels::find(std::uint32_t code) const {
  const auto it = index_.find(code);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

void Sentinels::begin_day(std::int64_t day) {
  day_ = day;
  std::ranges::fill(sentinels_, Sentinel{});
  waiting_since_.reset();
  traded_ = all_closed_ = false;
}

bool Sentinels::set(std::size_t index, MarketPhase phase, bool active, TimeNs exchange_time) {
  const std::int64_t day = (exchange_time.ns + kChinaOffsetNs) / kNsPerDay;
  if (day != day_) begin_day(day);
  Sentinel& sentinel = sentinels_[index];
  const bool known = sentinel.phase == phase && sentinel.active == active;
  sentinel = {phase, active, exchange_time};
  if (!known && !waiting_since_) waiting_since_ = exchange_time;
  return !known;
}

bool Sentinels::set_all_closed(TimeNs exchange_time) {
  const std::int64_t day = (exchange_time.ns + kChinaOffsetNs) / kNsPerDay;
  if (day != day_ || !traded_) return false;
  all_closed_ = true;
  waiting_since_.reset();
  return true;
}

std::optional<MarketPhase> Sentinels::agreed(TimeNs exchange_time) {
  if (all_closed_) return MarketPhase::closing;
  const bool wait = waiting_since_ && exchange_time - *waiting_since_ < silence_ns_;
  const auto phase = common_phase(any_active(), wait);
  if (!phase) return std::nullopt;
  waiting_since_.reset();
  traded_ |= *phase != MarketPhase::pre_open;
  return phase;
}

bool Sentinels::any_active() const {
  return std::ranges::any_of(sentinels_, [](const Sentinel& s) { return s.phase && s.active; });
}

std::optional<MarketPhase> Sentinels::common_phase(bool active_only, bool wait) const {
  std::optional<MarketPhase> common;
  for (const Sentinel& sentinel : sentinels_) {
    if (sentinel.phase && active_only && !sentinel.active) continue;
    if (is_silent(sentinel)) {
      if (!wait) continue;
      if (!sentinel.phase) return std::nullopt;
    }
    if (common && common != sentinel.phase) return std::nullopt;
    common = sentinel.phase;
  }
  return common;
}

}  // namespace indexcast::szse
