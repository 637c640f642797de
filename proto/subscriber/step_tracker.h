// A stream whose numbers rise by a known step and are not kept by the server: the instants of a
// grid, the ticks of an indicative value. What did not come is named, and not asked for.
#pragma once

#include <algorithm>
#include <cstdint>

#include "indexcast/subscriber/callbacks.h"
#include "proto/subscriber/stream_tracker.h"

namespace indexcast::subscriber {

// What is missing goes to lost(Range, LossReason), before what follows it.
class StepTracker {
 public:
  // False for a number that is not above all before it. `step` 0: not known, nothing is missed.
  template <class Lost>
  bool receive(std::uint64_t number, std::uint64_t step, Lost lost) {
    if (number <= last_) return false;
    step_ = step;
    name_missing(number, lost);
    last_ = number;
    return true;
  }
  // Everything up to `number` was sent.
  template <class Lost>
  void know(std::uint64_t number, Lost lost) {
    if (number <= last_) return;
    name_missing(number + step_, lost);
    last_ = number;
  }
  // The stream says that it leaves `range` out.
  template <class Lost>
  void leave_out(Range range, Lost lost) {
    if (last_ == 0 || step_ == 0 || range.to <= last_) return;
    name_missing(range.from, lost);
    lost(Range{std::max(range.from, last_ + 1), range.to}, LossReason::superseded);
    last_ = range.to;
  }
  // Numbers begin anew.
  void restart() { last_ = 0; }

 private:
  // Between the last one and `end`, a multiple of the step.
  template <class Lost>
  void name_missing(std::uint64_t end, Lost lost) {
    if (last_ == 0 || step_ == 0) return;
    const std::uint64_t next = last_ - last_ % step_ + step_;
    if (next < end) lost(Range{next, end - step_}, LossReason::unavailable);
  }

  std::uint64_t last_ = 0;  // 0: none yet, and what is missed before the first is not known
  std::uint64_t step_ = 0;
};

}  // namespace indexcast::subscriber
