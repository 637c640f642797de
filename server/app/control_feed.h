// Inputs that the server itself sends to the core, numbered and journaled like all others.
#pragma once

#include <vector>

#include "calc/event.h"
#include "calc/universe.h"
#include "feedhandlers/market/calendar.h"
#include "server/settings/config.h"

namespace indexcast::server {

// Before the day's first market data: the collars and how each exchange rate is followed, the end
// of each market's timetable, and which markets are shut today. Nothing for a market that no
// calendar covers, nor for a symbol or a series that no definition has. `now` is the receive time.
std::vector<MarketEvent> opening_events(const Config& config, const Universe& universe,
                                        Date trade_date, TimeNs now);

}  // namespace indexcast::server
