// Whether market data keeps coming on one channel while its market trades: the one rule of
// METHODOLOGY 5, Staleness, that every venue's channels are judged by.
#pragma once

#include <algorithm>
#include <cstdint>

#include "calc/time.h"

namespace indexcast::feed {

// Stale: the market has traded for `stale_after`, and for as long no market data came, or none
// whose exchange time was later than all before. Data is what arrived, whatever becomes of it;
// heartbeats and messages about the session or the market's state are none. `now` is the receive
// clock, which never steps back. One thread; no allocation.
class DataWatch {
 public:
  // Copies of a message and streams beside each other may lag the newest exchange time by less.
  // What is further behind shows that the newest was wrong, or that a test venue runs its day
  // again.
  static constexpr std::int64_t kLagNs = 60 * kNsPerSecond;

  explicit DataWatch(std::int64_t stale_after_ns) : stale_after_ns_(stale_after_ns) {}

  // A connection begins: silence, and the wait for its clock to advance, count from here.
  void start(TimeNs now) { since_ = now; }

  void on_data(TimeNs now) { data_at_ = now; }

  // Market data of this exchange time came. Data that carries none is silent about the clock.
  void on_exchange_time(TimeNs time, TimeNs now) {
    if (time > newest_) {
      newest_ = time;
      advanced_at_ = now;
    } else if (newest_ - time >= kLagNs) {
      newest_ = time;
    }
  }

  // The time until the market began to trade, as far as this is asked, is nobody's silence.
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
