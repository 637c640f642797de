// One duty of a thread. The thread calls its agents in turn.
#pragma once

#include <cstddef>

#include "calc/time.h"
#include "feedhandlers/transport/ready_set.h"

namespace indexcast::server {

class Agent {
 public:
  virtual ~Agent() = default;
  // Does the work that is there and never waits. Returns how much it did; 0 lets the thread rest.
  virtual std::size_t do_work(TimeNs now) = 0;
  // The same while the thread drains: an agent that brings input in takes no more. Returns 0 once
  // nothing is left that was accepted.
  virtual std::size_t drain(TimeNs now) { return do_work(now); }
  // Puts descriptors whose readiness ends the thread's sleep into `ready`. Once, before the thread
  // starts.
  virtual void watch(feed::ReadySet& ready) { static_cast<void>(ready); }
  // Returns the receive time at which the agent needs its next turn even if no descriptor becomes
  // ready and no waker is written. kNoDeadline, the default: the agent needs no such turn.
  // Called after each turn that is followed by a sleep.
  virtual TimeNs due(TimeNs now) const {
    static_cast<void>(now);
    return kNoDeadline;
  }
};

}  // namespace indexcast::server
