// A small universe on all three venues and settings to simulate it, for the tests of this folder.
#pragma once

#include <cstddef>
#include <vector>

#include "calc/universe.h"
#include "feedhandlers/market/venue.h"
#include "feedhandlers/simulator/day/settings.h"

namespace indexcast::sim::test {

// Main board, STAR and ChiNext shares and Hong Kong shares over several tick bands.
Universe make_universe();

// All three venues on loopback: gateways at any free port, two channels, no halts.
Settings make_settings();

// A client's logon at gateway `place` of `venue`, with the names that the settings have for it.
std::vector<std::byte> logon_of(feed::Venue venue, const Settings& settings, std::size_t place = 0,
                                int heartbeat_s = 3);

// The same with only `venue` taking part.
Settings only(feed::Venue venue, Settings settings = make_settings());

}  // namespace indexcast::sim::test
