// Handler of a TCP feed's connection, without the socket: the same object serves a live gateway, a
// capture and a test in virtual time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/session/session_notice.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/ready_set.h"

namespace indexcast::feed {

// Bytes that the handler wants sent. The owner of the socket empties it.
using Outbox = std::vector<std::byte>;

// Request of a session that ended to the owner of its socket.
struct Reconnect {
  enum class To : std::uint8_t {
    next_gateway,
    same_gateway,  // unless it never came up there
  };
  To to = To::next_gateway;
  std::int64_t wait_at_least_ns = 0;  // before this gateway is asked again, beside the back-off
  friend bool operator==(const Reconnect&, const Reconnect&) = default;
};

// Called by one thread. `now` is the receive clock (TimeNs since the epoch), handed in by the
// caller.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;

  // The next connection is to the gateway at `place` of the list; 0 by default.
  virtual void use_gateway(std::size_t /*place*/) {}
  // A connection is up: begin the session (logon into `out`).
  virtual void on_connected(TimeNs now, Outbox& out) = 0;
  // Bytes arrived, cut anywhere. Incomplete frames are kept. False: the session is over, close the
  // connection.
  virtual bool on_bytes(Bytes bytes, TimeNs now, Outbox& out) = 0;
  // Time passed: heartbeats, liveness. False: the peer is dead, close the connection.
  virtual bool on_time(TimeNs now, Outbox& out) = 0;
  // When on_time() is needed next although no bytes arrive.
  virtual TimeNs due(TimeNs now) const { return now + kShortPollNs; }
  // We are about to close a connection: say so if the session asks for it.
  virtual void on_leaving(TimeNs, Outbox&) {}
  // The connection is gone; a partial frame is counted as malformed (truncated).
  virtual void on_disconnected(TimeNs now) = 0;
  // This process was paused for more than kPauseNs (feed.h): the data in the socket is old.
  virtual void on_paused(TimeNs) {}
  // The socket was read empty after the pause.
  virtual void on_drained(TimeNs) {}
  // Bytes of a connection that we only watch (a capture): as on_bytes, without a session of our
  // own. The stream may begin in the middle of a frame or miss a segment (`after_gap`):
  // resynchronise at the next frame.
  virtual void on_captured(Bytes bytes, TimeNs now, bool after_gap) = 0;

  // Where to go after a session that on_bytes ended; asked before on_disconnected.
  virtual Reconnect reconnect() const { return {}; }

  // Takes the oldest notice; false when there is none. Called from one thread, which may differ
  // from that of the other members.
  virtual bool take_notice(SessionNotice&) { return false; }

  virtual FeedState state() const = 0;
  virtual FeedCounters& counters() = 0;
};

}  // namespace indexcast::feed
