// Highest timestamp delivered to the application for an index, in a measure that two servers share.
#pragma once

#include <cstdint>
#include <tuple>

#include "indexcast/v1/stream.pb.h"

namespace indexcast::subscriber {

// Sequences of two servers are independent. What the servers share is their input: the trading day,
// and the venue's timestamp on the input that caused a level. Timestamps of several venues do not
// rise together within one index, so the highest one is kept. A level below it may be older than a
// delivered one and is treated as such; a level at or above it was caused by an input at least as
// new.
class Watermark {
 public:
  void saw(const v1::Level& level) {
    // Where the input has no stamp (a timer), the receive time would be later than any stamp.
    const Mark mark{level.trade_date(), level.exchange_time()};
    if (mark > mark_) mark_ = mark;
  }
  bool empty() const { return mark_ == Mark{}; }
  bool behind(const v1::Level& level) const {
    const std::int64_t time =
        level.exchange_time() != 0 ? level.exchange_time() : level.receive_time();
    return Mark{level.trade_date(), time} < mark_;
  }
  std::uint32_t trade_date() const { return std::get<0>(mark_); }

 private:
  using Mark = std::tuple<std::uint32_t, std::int64_t>;
  Mark mark_{};
};

}  // namespace indexcast::subscriber
