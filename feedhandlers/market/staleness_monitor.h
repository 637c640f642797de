// Whether market data keeps coming on one channel, and in time, while its market trades: the one
// rule of METHODOLOGY 5, Staleness, that every venue's channels are judged by.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "calc/time.h"
#include "feedhandlers/market/channel_lag.h"

namespace indexcast::feed {

// The contents of an EventKind::channel_time event.
struct ChannelTime {
  TimeNs exchange_time{};  // the newest stamp
  std::int64_t lag_ms = 0;
};

// Why a channel is stale.
enum class Staleness : std::uint8_t {
  none,
  // Its messages come late (channel_lag.h). Nothing of them is missing.
  lag,
  // The market has traded for `stale_after`, and during that time no market data arrived, or none
  // with a later exchange time than all before. Anything may be missing.
  silence,
};

// Data counts when it arrives, whatever its outcome. Heartbeats and messages about the session or
// the market's state are not market data. `now` is the receive clock, which never steps back. One
// thread; no allocation.
class StalenessMonitor {
 public:
  // Copies of a message and parallel streams may lag the newest exchange time by less than this. A
  // larger step back means that the newest time was wrong, or that a test venue repeats its day.
  static constexpr std::int64_t kLagNs = 60 * kNsPerSecond;
  // How often the time of an active channel is reported to the core.
  static constexpr std::int64_t kReportIntervalNs = kNsPerSecond;

  explicit StalenessMonitor(std::int64_t stale_after_ns, const LagLimits& limits = {})
      : stale_after_ns_(stale_after_ns), lag_(limits) {}

  // A connection begins: silence, and the wait for its clock to advance, count from here.
  void start(TimeNs now) {
    since_ = now;
    paused_ = draining_ = false;
  }

  void on_data(TimeNs now) { data_at_ = now; }

  // Whether a stamp that arrives now may be right. One that is not moves no clock and no deadline.
  bool believes(TimeNs time, TimeNs now) const { return lag_.believes(time, now); }

  // Market data with this exchange time arrived, which believes(). Data without an exchange time
  // does not change it.
  void on_exchange_time(TimeNs time, TimeNs now) {
    lag_.on_stamp(time, now);
    report_due_ = true;
    if (time > newest_) {
      newest_ = time;
      advanced_at_ = now;
    } else if (newest_ - time >= kLagNs) {
      newest_ = time;
      stepped_back_ = true;
    }
  }

  // This process paused. What arrived before does not show how old the waiting data is.
  void on_paused() {
    paused_ = draining_ = true;
    lag_.forget_window();
  }
  // Since then the sockets were read empty.
  void on_drained() { draining_ = false; }

  // Whether what is read may be old, of every security: after a pause, until the sockets were read
  // empty and the channel does not lag; and while the clocks differ more than plausible, until the
  // first minute of trading has shown that they always do.
  bool in_doubt() {
    paused_ = paused_ && (draining_ || lag_.exceeds());
    return paused_ || lag_.clocks_differ();
  }

  // Whether exchange time went back by a minute or more since the last call.
  bool take_step_back() { return std::exchange(stepped_back_, false); }

  // Returns the time to report to the core, at most once in kReportIntervalNs. Empty when no data
  // with a stamp arrived since the last one.
  std::optional<ChannelTime> take_time(TimeNs now) {
    if (!report_due_ || now - reported_at_ < kReportIntervalNs) return std::nullopt;
    report_due_ = false;
    reported_at_ = now;
    return ChannelTime{newest_, lag_.lag_ns() / kNsPerMs};
  }

  // Time before the market opened does not count towards silence.
  Staleness staleness(TimeNs now, bool market_trades) {
    lag_.on_time(now, market_trades);
    if (!market_trades) since_ = now;
    const TimeNs advanced = newest_.ns == 0 ? data_at_ : advanced_at_;
    const TimeNs alive = std::max(since_, std::min(data_at_, advanced));
    if (now - alive >= stale_after_ns_) return Staleness::silence;
    return lag_.exceeded() ? Staleness::lag : Staleness::none;
  }
  bool stale(TimeNs now, bool market_trades) {
    return staleness(now, market_trades) != Staleness::none;
  }

 private:
  const std::int64_t stale_after_ns_;
  TimeNs since_{};        // of the connection, or of trading
  TimeNs data_at_{};      // receive time of the last market data
  TimeNs newest_{};       // exchange time; 0: none seen
  TimeNs advanced_at_{};  // receive time at which it was
  ChannelLag lag_;
  bool paused_ = false;
  bool draining_ = false;
  bool stepped_back_ = false;
  bool report_due_ = false;  // a stamp arrived since the last report
  TimeNs reported_at_{};
};

}  // namespace indexcast::feed
