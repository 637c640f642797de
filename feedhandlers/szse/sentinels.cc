#include "feedhandlers/szse/sentinels.h"

#include <algorithm>

namespace indexcast::szse {

Sentinels::Sentinels(std::span<const std::uint32_t> codes) {
  for (const std::uint32_t code : codes) {
    if (index_.try_emplace(code, sentinels_.size()).second) sentinels_.emplace_back();
  }
  unheard_ = sentinels_.size();
}

std::optional<std::size_t> Sentinels::find(std::uint32_t code) const {
  const auto it = index_.find(code);
  if (it == index_.end()) return std::nullopt;
  return it->second;
}

void Sentinels::begin_day(std::int64_t day) {
  day_ = day;
  std::ranges::fill(sentinels_, Sentinel{});
  unheard_ = sentinels_.size();
  waiting_since_.reset();
}

bool Sentinels::set(std::size_t index, MarketPhase phase, bool active, TimeNs exchange_time) {
  const std::int64_t day = (exchange_time.ns + kChinaOffsetNs) / kNsPerDay;
  if (day != day_) begin_day(day);
  Sentinel& sentinel = sentinels_[index];
  if (sentinel.phase == phase && sentinel.active == active) return false;
  const bool first_word_of_all = unheard_ == sentinels_.size();
  if (!sentinel.phase) --unheard_;
  sentinel = {phase, active};
  if (first_word_of_all) waiting_since_ = exchange_time;
  if (unheard_ == 0) waiting_since_.reset();
  return true;
}

std::optional<MarketPhase> Sentinels::agreed(TimeNs exchange_time) {
  if (waiting_since_ && exchange_time - *waiting_since_ < kSilenceNs) return std::nullopt;
  waiting_since_.reset();
  return common_phase(any_active());
}

bool Sentinels::any_active() const {
  return std::ranges::any_of(sentinels_, [](const Sentinel& s) { return s.phase && s.active; });
}

std::optional<MarketPhase> Sentinels::common_phase(bool active_only) const {
  std::optional<MarketPhase> common;
  for (const Sentinel& sentinel : sentinels_) {
    if (!sentinel.phase || (active_only && !sentinel.active)) continue;
    if (common && common != sentinel.phase) return std::nullopt;
    common = sentinel.phase;
  }
  return common;
}

}  // namespace indexcast::szse
