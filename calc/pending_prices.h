// Prices outside their collar: they wait for something that confirms them (METHODOLOGY 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "calc/event.h"
#include "calc/fixed_point.h"

namespace indexcast {

// At most one an instrument, the latest. All memory is reserved at construction. One thread.
class PendingPrices {
 public:
  // A later message this close to a pending price speaks of the same price.
  static constexpr std::int64_t kSamePercent = 2;

  explicit PendingPrices(std::size_t instruments) : slots_(instruments) {
    waiting_.reserve(instruments);
  }

  // Goes on where `from`, of the same instruments, has come to.
  void take_over(const PendingPrices& from);

  bool any() const { return !waiting_.empty(); }
  // In the order in which they began to wait.
  std::span<const InstrumentId> waiting() const { return waiting_; }
  bool holds(InstrumentId id) const { return slots_[id].held; }
  // The latest message that is waiting. holds(id).
  const MarketEvent& of(InstrumentId id) const { return slots_[id].event; }

  // Whether `event`, outside the collar too, shows that the pending price was traded again: near
  // it, with more volume. False when nothing is held.
  bool confirmed_by(const MarketEvent& event) const;

  // Keeps a price event; the wait of the first one outside the collar goes on.
  void keep(const MarketEvent& event);

  // The receive clock reached `now`: what passed since it was last said counts for the wait when
  // the feed was to be heard, and is nobody's time when not. Returns how long prices inside the
  // collar could have come and did not, in all. A feed that blinks delays a price, and cannot keep
  // it out. holds(id).
  std::int64_t wait(InstrumentId id, TimeNs now, bool heard) {
    Slot& slot = slots_[id];
    if (heard) slot.waited_ns += now - slot.counted_to;
    slot.counted_to = now;
    return slot.waited_ns;
  }

  void drop(InstrumentId id);

 private:
  struct Slot {
    bool held = false;
    std::int64_t waited_ns = 0;
    TimeNs counted_to{};
    MarketEvent event{};
  };

  std::vector<Slot> slots_;
  std::vector<InstrumentId> waiting_;
};

}  // namespace indexcast
