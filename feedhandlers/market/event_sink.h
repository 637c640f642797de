// Where a feed handler puts its events: a ring in the server, a vector in a test, the core itself
// in a replay.
#pragma once

#include "calc/event.h"

namespace indexcast::feed {

class EventSink {
 public:
  virtual ~EventSink() = default;
  // Takes the event; waits when its ring is full (the feed waits, the kernel then drops
  // and counts).
  virtual void push(const MarketEvent& event) = 0;
};

}  // namespace indexcast::feed
