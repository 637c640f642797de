// Where operators' requests enter the core: a ring of their own, filled by one thread outside it.
#pragma once

#include "calc/event.h"
#include "calc/spsc_ring.h"
#include "server/view/waker.h"

namespace indexcast::server {

class ControlPort {
 public:
  // Requests are made by people: so many at once already say that the core does not run.
  static constexpr std::size_t kCapacity = 64;

  // `core` outlives this: the waker of the thread that polls ring().
  explicit ControlPort(Waker& core) : core_(&core) {}

  // Of one producing thread. False when the ring is full; the core never sees the event then.
  bool push(const MarketEvent& event) {
    if (!ring_.try_push(event)) return false;
    core_->wake();
    return true;
  }
  bool full() const { return ring_.size() >= ring_.capacity(); }

  SpscRing<MarketEvent>& ring() { return ring_; }

 private:
  SpscRing<MarketEvent> ring_{kCapacity};
  Waker* core_;
};

}  // namespace indexcast::server
