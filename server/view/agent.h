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
  // When the agent wants its next turn although nothing becomes ready.
  virtual TimeNs due(TimeNs now) const { return now + kDueNs; }

  // The longest sleep of a thread. Liveness and other limits of seconds are checked this often.
  static constexpr std::int64_t kDueNs = 10 * kNsPerMs;
};

}  // namespace indexcast::server
