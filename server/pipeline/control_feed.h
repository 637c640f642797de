// What the server itself tells the core: inputs like any other, numbered and journaled.
#pragma once

#include <vector>

#include "calc/event.h"
#include "feedhandlers/common/calendar.h"

namespace indexcast::server {

// Before the day's first market data: the end of each market's timetable, and which markets are
// shut today. Nothing for a market that no calendar covers. `now` is the receive time.
std::vector<MarketEvent> opening_events(const feed::TradingDay& day, TimeNs now);

}  // namespace indexcast::server
