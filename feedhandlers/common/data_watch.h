// Whether market data keeps coming on one channel while its market trades: the one rule of
// METHODOLOGY 5, Staleness, that every venue's channels are judged by.
#pragma once

#include <algorithm>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::feed {

// Stale: the market has traded for `stale_after`, and during that time no market data arrived, or
// none with a later exchange time than all before. Data counts when it arrives, whatever its
// outcome. Heartbeats and messages about the session or the market's state are not market data.
// `now` is the receive clock, which never steps back. One thread; no allocation.
class DataWatch {
 public:
  // Copies of a message and parallel streams may lag the newest exchange time by less than this. A
  // larger step back means that the newest time was wrong, or that a test venue repeats its day.
  static constexpr std::int64_t kLagNs = 60 * kNsPerSecond;

  explicit DataWatch(std::int64_t stale_after_ns) : stale_after_ns_(stale_after_ns) {}

  // A connection begins: silence, and the wait for its clock to advance, count from here.
  void start(TimeNs now) { since_ = now; }

  void on_data(TimeNs now) { data_at_ = now; }

  // Market data with this exchange time arrived. Data without an exchange time does not change it.
  void on_exchange_time(TimeNs time, TimeNs now) {
    if (time > newest_) {
      newest_ = time;
      advanced_at_ = now;
    } else if (newest_ - time >= kLagNs) {
      newest_ = time;
    }
  }

  // Time before the market opened does not count towards staleness.
  bool stale(TimeNs now, bool market_trades) {
    if (!market_trades) since_ = now;
    const TimeNs advanced = newest_.ns == 0 ? data_at_ : advanced_at_;
    const TimeNs alive = std::max(since_, std::min(data_at_, advanced));
    return now - alive >= stale_after_ns_;
  }

 private:
  const std::int64_t stale_after_ns_;
  TimeNs since_{};        // of the connection, or of trading
  TimeNs data_at_{};      // receive time of the last market data
  TimeNs newest_{};       // exchange time; 0: none seen
  TimeNs advanced_at_{};  // receive time at which it was
};

}  // namespace indexcast::feed
