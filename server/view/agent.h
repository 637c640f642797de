// One duty of a thread: called in turn with the others of its thread, returns how much it did.
#pragma once

#include <poll.h>

#include <cstddef>
#include <vector>

#include "calc/time.h"

namespace indexcast::server {

class Agent {
 public:
  virtual ~Agent() = default;
  // Does what is there to do now, never waits. Returns the work done; 0 lets the thread's idle
  // strategy step in.
  virtual std::size_t do_work(TimeNs now) = 0;
  // Descriptors whose readiness should end the thread's sleep.
  virtual void append_descriptors(std::vector<pollfd>& out) const { static_cast<void>(out); }
};

}  // namespace indexcast::server
