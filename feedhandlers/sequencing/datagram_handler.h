// Handler of a UDP feed's datagrams, without the socket.
#pragma once

#include <cstdint>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/ready_set.h"

namespace indexcast::feed {

enum class Line : std::uint8_t { a = 0, b = 1 };

// Called by one thread.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  // One datagram of `channel` (the exchange's channel id) from one of its lines.
  virtual void on_datagram(std::uint32_t channel, Line line, Bytes payload, TimeNs now) = 0;
  // Time passed: reorder windows close, silence is noticed.
  virtual void on_time(TimeNs now) = 0;
  // When on_time() is needed next although no datagram arrives.
  virtual TimeNs due(TimeNs now) const { return now + kShortPollNs; }
  // This process was paused for more than kPauseNs (feed.h): the data in the sockets is old.
  virtual void on_paused(TimeNs) {}
  // Every socket was read empty after the pause.
  virtual void on_drained(TimeNs) {}
  virtual FeedState state() const = 0;
  virtual FeedCounters& counters() = 0;
};

}  // namespace indexcast::feed
