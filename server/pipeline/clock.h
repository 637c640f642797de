// The receive clock: UTC nanoseconds that never step backwards while the process runs.
#pragma once

#include <chrono>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::server {

// Anchors the monotonic clock to UTC once, at construction, so that differences are true durations
// and a correction of the system's date does not reorder inputs. Copyable, thread-safe; one read of
// the vDSO per call.
class Clock {
 public:
  Clock()
      : offset_ns_(count(std::chrono::system_clock::now()) -
                   count(std::chrono::steady_clock::now())) {}

  TimeNs now() const { return {count(std::chrono::steady_clock::now()) + offset_ns_}; }

 private:
  template <class TimePoint>
  static std::int64_t count(TimePoint at) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
  }
  std::int64_t offset_ns_;
};

}  // namespace indexcast::server
