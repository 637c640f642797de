// A live feed as its thread sees it: an agent with a duty cycle.
#pragma once

#include <cstddef>
#include <string_view>

#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/session/session_notice.h"
#include "feedhandlers/transport/ready_set.h"

namespace indexcast::feed {

// A longer time between two polls is a pause of this process (METHODOLOGY 5). After it a feed is
// `recovering` until its sockets were read empty.
inline constexpr std::int64_t kPauseNs = kNsPerSecond;

class Feed {
 public:
  virtual ~Feed() = default;
  // Reads what is readable now, never waits. Returns the number of datagrams or stream reads
  // handled (0 = idle).
  virtual std::size_t poll(TimeNs now) = 0;
  // Puts its descriptors into `ready`, now and as connections come and go, and from then on reads
  // only those that are ready. Without it every poll reads them all. The feed outlives the
  // use of `ready`. Once, from the thread that polls or before it starts.
  virtual void watch(ReadySet& ready) = 0;
  // Receive time at which the feed needs its next poll although no descriptor becomes ready.
  virtual TimeNs due(TimeNs now) const { return now + kShortPollNs; }
  virtual Venue venue() const = 0;
  virtual FeedState state() const = 0;               // any thread
  virtual const FeedCounters& counters() const = 0;  // any thread
  // Says whether the market is over for the day. If so, a lost connection is retried less often.
  // Called from the feed's thread before any poll().
  virtual void set_day_over(bool over) { static_cast<void>(over); }
  // Takes the oldest notice; false when there is none. Called from the log's thread only.
  virtual bool take_notice(SessionNotice&) { return false; }
};

}  // namespace indexcast::feed
