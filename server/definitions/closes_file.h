// Closing prices for `basket roll`: symbol,close[,tick]. Format: server/definitions/FORMATS.md of
// this folder.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "calc/basket/roll.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

// Rows that could be read; whatever is wrong with the others is in `faults`.
std::vector<OfficialClose> read_closes(const std::string& path, FaultList& faults);

// How the venues quote. Shanghai and Shenzhen: a fen, funds and Shanghai's B shares a tenth of it,
// and they publish ex-prices. Hong Kong: 0.001, the finest step of its table, because the table
// itself changes, and the last place of the previous close in its feed; it publishes no ex-price.
std::array<TickRule, kMaxMarkets> venue_ticks();

}  // namespace indexcast::server
