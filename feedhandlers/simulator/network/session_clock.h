// The clock of sessions with live clients.
#pragma once

#include "feedhandlers/transport/receive_stamps.h"

namespace indexcast::sim {

// Real time, however fast the simulated day passes: the wall clock as it was at the first call,
// monotonic since. A step of the wall clock ends no session. Any thread.
inline TimeNs session_now() {
  static const feed::ClockReading kBegan = feed::read_clocks();
  return kBegan.wall + (feed::read_clocks().monotonic_ns - kBegan.monotonic_ns);
}

}  // namespace indexcast::sim
