#include "calc/pending_prices.h"

#include <algorithm>

namespace indexcast {
namespace {

std::int64_t price_of(const MarketEvent& event) { return event.value[0]; }
std::int64_t volume_of(const MarketEvent& event) { return event.value[1]; }

bool same_price(std::int64_t a, std::int64_t b) {
  const Int128 distance = a > b ? a - b : b - a;
  return distance * 100 <= static_cast<Int128>(b) * PendingPrices::kSamePercent;
}

}  // namespace

void PendingPrices::take_over(const PendingPrices& from) {
  std::ranges::copy(from.slots_, slots_.begin());
  waiting_.assign(from.waiting_.begin(), from.waiting_.end());
}

bool PendingPrices::confirmed_by(const MarketEvent& event) const {
  const Slot& slot = slots_[event.instrument];
  return slot.held && same_price(price_of(event), price_of(slot.event)) &&
         volume_of(event) > volume_of(slot.event);
}

void PendingPrices::keep(const MarketEvent& event) {
  Slot& slot = slots_[event.instrument];
  if (!slot.held) {
    slot.held = true;
    slot.waited_ns = 0;
    slot.counted_to = event.receive_time;
    waiting_.push_back(event.instrument);
  }
  slot.event = event;
}

void PendingPrices::drop(InstrumentId id) {
  if (!slots_[id].held) return;
  slots_[id].held = false;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), id));
}

}  // namespace indexcast
