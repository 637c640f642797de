// When a session must speak and when its peer is dead: the rule that SSE (IS120 2.2) and SZSE (S117
// 4.3) share.
#pragma once

#include "calc/time.h"

namespace indexcast::feed {

// One thread; instants are the receive clock's.
class Liveness {
 public:
  // Both specifications give the peer twice the interval.
  static constexpr std::int64_t kDeadIntervals = 2;

  void start(TimeNs now, std::int64_t interval_s) {
    interval_ns_ = interval_s * kNsPerSecond;
    sent(now);
    received(now);
  }
  void set_interval(std::int64_t interval_s) { interval_ns_ = interval_s * kNsPerSecond; }
  void sent(TimeNs now) { last_sent_ = now; }
  void received(TimeNs now) { last_received_ = now; }

  bool heartbeat_due(TimeNs now) const { return now - last_sent_ >= interval_ns_; }
  bool peer_dead(TimeNs now) const { return now - last_received_ > kDeadIntervals * interval_ns_; }

 private:
  std::int64_t interval_ns_ = kNsPerSecond;
  TimeNs last_sent_{};
  TimeNs last_received_{};
};

}  // namespace indexcast::feed
