// How many lines callers may make the audit write.
#pragma once

#include <algorithm>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::server {

// So many at once, and one more for every interval that passes. One thread.
class LineBudget {
 public:
  LineBudget(std::int64_t burst, std::int64_t interval_ns)
      : burst_(burst), interval_ns_(interval_ns), left_(burst) {}

  // Whether this line may be written; if not, it is counted for the next that may.
  bool take(TimeNs now) {
    const std::int64_t earned = (now - earned_until_) / interval_ns_;
    if (earned > 0) {
      left_ = std::min(burst_, left_ + std::min(burst_, earned));
      earned_until_ = now;
    }
    if (left_ == 0) {
      ++left_out_;
      return false;
    }
    --left_;
    return true;
  }
  // Lines left out since this was last asked.
  std::uint64_t take_left_out() {
    const std::uint64_t count = left_out_;
    left_out_ = 0;
    return count;
  }

 private:
  std::int64_t burst_;
  std::int64_t interval_ns_;
  std::int64_t left_;
  TimeNs earned_until_{};
  std::uint64_t left_out_ = 0;
};

}  // namespace indexcast::server
