// Prices outside their collar: they wait for something that confirms them (METHODOLOGY 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "calc/event.h"
#include "calc/fixed_point.h"
#include "calc/price_collar.h"
#include "calc/record.h"

namespace indexcast {

// What is known of a price outside beside its message.
struct OutsidePrice {
  CollarVerdict verdict{};  // not inside
  bool above = false;       // the collar's centre
  bool may_be_far = false;  // confirmed by five witnesses although it is far
  Price step{};             // of the price that waits; of its own where none does
};

// At most one an instrument, the latest, with what was received of it. A price is believed when a
// message arrives, never because time passed: time alone only counts. All memory is reserved at
// construction. One thread.
class PendingPrices {
 public:
  // `wait_ns`: how long the feed must have been live without a price inside, before two messages
  // suffice.
  PendingPrices(std::size_t instruments, std::int64_t wait_ns)
      : wait_ns_(wait_ns), slots_(instruments) {
    waiting_.reserve(instruments);
  }

  // Goes on where `from`, of the same instruments, has come to.
  void take_over(const PendingPrices& from);

  // In the order in which they began to wait.
  std::span<const InstrumentId> waiting() const { return waiting_; }
  bool holds(InstrumentId id) const { return slots_[id].held; }
  // The latest message that is waiting. holds(id).
  const MarketEvent& of(InstrumentId id) const { return slots_[id].event; }

  // The receive clock reached `now`. The time since the last call counts for the wait if
  // `feed_live`: the feed could have brought a price inside the collar. Requires holds(id).
  void count_time(InstrumentId id, TimeNs now, bool feed_live) {
    Slot& slot = slots_[id];
    if (feed_live) slot.waited_ns += now - slot.counted_to;
    slot.counted_to = now;
  }

  // Takes a price event that lies outside; it is the latest from now on. Returns why it is to be
  // believed, or nothing: it waits. The time up to it has been counted.
  std::optional<DecisionReason> offer(const MarketEvent& event, const OutsidePrice& outside);

  void drop(InstrumentId id);

 private:
  // Messages that follow each other by a second or more, by the venue's clock and by ours.
  struct Run {
    std::uint32_t count = 0;
    TimeNs first_exchange{};
    TimeNs first_receive{};
    TimeNs last_exchange{};
    TimeNs last_receive{};

    void begin(const MarketEvent& event);
    // Returns whether the message is late enough to be one more.
    bool add(const MarketEvent& event);
    // From the first to the last, by both clocks.
    bool spans(std::int64_t ns) const;
  };
  struct Slot {
    bool held = false;
    bool above = false;
    Run witnesses;  // of the latest price
    Run same_side;  // whatever their distance from each other
    std::int64_t first_volume = 0;
    std::int64_t waited_ns = 0;  // since the first witness
    TimeNs counted_to{};
    MarketEvent event{};
  };

  std::optional<DecisionReason> confirmed(const Slot& slot, const OutsidePrice& outside,
                                          bool witness, bool counted) const;

  std::int64_t wait_ns_;
  std::vector<Slot> slots_;
  std::vector<InstrumentId> waiting_;
};

}  // namespace indexcast
