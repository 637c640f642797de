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

  bool any() const { return !waiting_.empty(); }
  // In the order in which they began to wait.
  std::span<const InstrumentId> waiting() const { return waiting_; }
  bool holds(InstrumentId id) const { return slots_[id].held; }
  // The latest message that is waiting. holds(id).
  const MarketEvent& of(InstrumentId id) const { return slots_[id].event; }

  // Whether `event`, outside the collar too, shows that the pending price was traded again: near
  // it, with more volume. False when nothing is held.
  bool confirmed_by(const MarketEvent& event) const;

  // Keeps a price event; the wait goes on from the first one outside the collar.
  void keep(const MarketEvent& event);

  // How long prices of the instrument were outside its collar, on the receive clock. holds(id).
  std::int64_t waited(InstrumentId id, TimeNs now) const { return now - slots_[id].since; }
  // The wait begins anew: the feed was not to be heard. holds(id).
  void restart_wait(InstrumentId id, TimeNs now) { slots_[id].since = now; }

  void drop(InstrumentId id);

 private:
  struct Slot {
    bool held = false;
    TimeNs since{};
    MarketEvent event{};
  };

  std::vector<Slot> slots_;
  std::vector<InstrumentId> waiting_;
};

}  // namespace indexcast
