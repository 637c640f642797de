// How far the application's view of an index has come, in a measure that two servers share.
#pragma once

#include <cstdint>
#include <tuple>

#include "indexcast/v1/stream.pb.h"

namespace indexcast::subscriber {

// Servers number independently, so sequences say nothing here. What they share is their input: the
// trading day, and the venue's own stamp on what caused a level. Stamps of several venues do not
// rise together within one index, so the highest one is kept: a level below it *may* be older than
// what was handed over and is treated as if it were; one at or above it was caused by something at
// least as new.
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
