#include "calc/level_guard.h"

#include <algorithm>

#include "calc/price_collar.h"

namespace indexcast {
namespace {

constexpr std::int64_t kRepeatPaceNs = kNsPerSecond;
constexpr std::int64_t kShortestNs = 10 * kNsPerSecond;
constexpr std::int64_t kLongestNs = 60 * kNsPerSecond;

}  // namespace

void LevelGuard::take_over(const LevelGuard& from) {
  std::ranges::copy(from.windows_, windows_.begin());
  std::ranges::copy(from.slots_, slots_.begin());
  active_.assign(from.active_.begin(), from.active_.end());
}

void LevelGuard::fire(const MarketEvent& event, Price base) {
  Slot& slot = slots_[event.instrument];
  if (!slot.active) {
    active_.push_back(event.instrument);
    slot.before = base;
  }
  slot.active = true;
  slot.repeated = slot.came_back = false;
  slot.price = Price{event.value[0]};
  slot.exchange_time = event.exchange_time;
  slot.since = event.receive_time;
}

bool LevelGuard::on_price(const MarketEvent& event, Price step) {
  Slot& slot = slots_[event.instrument];
  const Price price{event.value[0]};
  constexpr Price kNoStep{};
  if (is_near(price, slot.before, kNoStep)) {
    slot.came_back = true;
    return true;
  }
  if (!is_near(price, slot.price, step)) return false;
  slot.repeated |= event.exchange_time - slot.exchange_time >= kRepeatPaceNs &&
                   event.receive_time - slot.since >= kRepeatPaceNs;
  return true;
}

std::optional<GuardEnd> LevelGuard::ends(InstrumentId id, TimeNs now) const {
  const Slot& slot = slots_[id];
  const std::int64_t held = now - slot.since;
  if (held < kShortestNs) return std::nullopt;
  if (slot.repeated) return GuardEnd::repeated;
  if (slot.came_back) return GuardEnd::came_back;
  if (held < kLongestNs) return std::nullopt;
  return GuardEnd::unrepeated;
}

void LevelGuard::drop(InstrumentId id) {
  if (!slots_[id].active) return;
  slots_[id].active = false;
  active_.erase(std::find(active_.begin(), active_.end(), id));
}

}  // namespace indexcast
