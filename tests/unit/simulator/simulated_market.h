// A small universe on all three venues and settings to simulate it, for the tests of this folder.
#pragma once

#include "calc/universe.h"
#include "feedhandlers/common/venue.h"
#include "feedhandlers/simulator/settings.h"

namespace indexcast::sim::test {

// Main board, STAR and ChiNext shares and Hong Kong shares over several tick bands.
Universe make_universe();

// All three venues on loopback: gateways at any free port, two channels, no halts.
Settings make_settings();

// The same with only `venue` taking part.
Settings only(feed::Venue venue, Settings settings = make_settings());

}  // namespace indexcast::sim::test
