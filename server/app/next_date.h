// The rule for which day the server begins while one runs.
#pragma once

#include <span>

#include "calc/time.h"

namespace indexcast::server {

// The evidence that the server has about the date.
struct DateEvidence {
  TimeNs wall{};         // the wall clock, as settled
  TimeNs receive{};      // the receive clock: UTC when the day began, monotonic since
  Date stamped = 0;      // date of a market's own stamps; 0: none yet
  bool heard = false;    // a message of the running day has been applied
  bool trading = false;  // a market of the running day trades
};

// The date to begin instead of `running`; 0: the running day goes on. `days` are the dates with
// definitions, in order. A new day begins at `begin_at_ms` in China when the wall clock has its
// date and the receive clock or a market agrees. An earlier date, because the wall clock was ahead
// when the server started, begins when a market agrees and nothing of the running day was heard. No
// day begins while a market of the running one trades.
Date next_date(Date running, const DateEvidence& evidence, std::int64_t begin_at_ms,
               std::span<const Date> days);

}  // namespace indexcast::server
