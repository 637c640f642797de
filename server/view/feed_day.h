// Whether a feed must be live, from the day of its market. Readiness, the states that are shown,
// the log and the reconnect interval use this rule (METHODOLOGY 5).
#pragma once

#include <atomic>
#include <cstdint>

#include "calc/core_counters.h"
#include "calc/event.h"
#include "calc/time.h"
#include "feedhandlers/market/calendar.h"
#include "feedhandlers/market/venue.h"

namespace indexcast::server {

enum class FeedDuty : std::uint8_t {
  due,          // must be live
  not_yet_due,  // the day of its market begins later
  ended,        // its market is over or shut today: silence and lost connections are expected
};

constexpr bool is_over(MarketPhase phase) {
  return phase == MarketPhase::closed || phase == MarketPhase::shut_today;
}

// A feed must be live this long before the first session of its market. Gateways and channels are
// up an hour earlier, so an operator has this time to repair a feed that is not.
inline constexpr std::int64_t kFeedLeadNs = 15 * 60 * kNsPerSecond;

// Receive time from which a feed must be live; 0 (always) if there is no timetable for that date.
inline TimeNs feed_due_from(const feed::MarketDay& day, Date date) {
  if (day.timetable.sessions.empty()) return {};
  return TimeNs{china_time(date, day.timetable.sessions.front().begin_ms).ns - kFeedLeadNs};
}

// Written by the feed's thread, read by any.
class FeedDay {
 public:
  // `core` outlives it.
  FeedDay(feed::Venue venue, TimeNs due_from, const CoreCounters& core)
      : market_(feed::market_of(venue)), due_from_(due_from), core_(&core) {}

  // Updates the duty at receive time `now`. The end of a market, which the core decides, takes
  // precedence over the clock, because on a simulated day the clock has another date.
  FeedDuty update(TimeNs now) {
    const FeedDuty duty = is_over(core_->phase(market_)) ? FeedDuty::ended
                          : now < due_from_              ? FeedDuty::not_yet_due
                                                         : FeedDuty::due;
    duty_.store(duty, std::memory_order_relaxed);
    return duty;
  }
  FeedDuty duty() const { return duty_.load(std::memory_order_relaxed); }

 private:
  const MarketId market_;
  const TimeNs due_from_;
  const CoreCounters* core_;
  std::atomic<FeedDuty> duty_{FeedDuty::due};
};

// State of a feed or channel as shown: `not_yet_due` or `ended` when it is not live and need not
// be, otherwise the feed's own state. Values index kShownFeedStateNames.
constexpr std::uint8_t shown_state(FeedState state, FeedDuty duty) {
  constexpr std::uint8_t kNotYetDue = 6;
  constexpr std::uint8_t kEnded = 7;
  if (state == FeedState::live || duty == FeedDuty::due) return static_cast<std::uint8_t>(state);
  return duty == FeedDuty::ended ? kEnded : kNotYetDue;
}

}  // namespace indexcast::server
