// When HKEX's publisher is to be disturbed: the instants of a plan that have come.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "feedhandlers/simulator/day/session_plan.h"
#include "feedhandlers/simulator/faults/fault_book.h"

namespace indexcast::sim {

class HkexDisruptions {
 public:
  // `faults` outlives the object.
  explicit HkexDisruptions(FaultBook& faults);

  // The next fault whose instant has come, in order of time; null when there is none. It is asked
  // for again until `done`.
  const Fault* due(Micros now) const;
  // The one that `due` named came about.
  void done();
  // Drops the instants before `now`: nothing is published there.
  void skip_until(Micros now);

 private:
  struct Instant {
    Micros time = 0;
    const Fault* fault = nullptr;
  };

  FaultBook& faults_;
  std::vector<Instant> instants_;  // the next is the last
};

}  // namespace indexcast::sim
