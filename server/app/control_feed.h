// Builds the core's start of a day from the configuration: the engine's settings, and inputs that
// are numbered and journaled like those of the feeds.
#pragma once

#include <vector>

#include "calc/engine.h"
#include "calc/event.h"
#include "calc/universe.h"
#include "feedhandlers/market/calendar.h"
#include "server/settings/config.h"

namespace indexcast::server {

// Returns the engine's settings of a configuration.
EngineSettings engine_settings(const Config& config, Date trade_date);

// Returns the inputs that precede the day's first market data: price collars, level guards, how
// each exchange rate is followed, the end of each market's timetable, and which markets are shut
// today. Leaves out markets that no calendar covers, and symbols and series that no definition has.
// `now` is their receive time.
std::vector<MarketEvent> opening_events(const Config& config, const Universe& universe,
                                        Date trade_date, TimeNs now);

}  // namespace indexcast::server
