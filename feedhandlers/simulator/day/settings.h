// Settings of a simulated day.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/simulator/faults/fault_plan.h"
#include "feedhandlers/sse/settings.h"
#include "feedhandlers/szse/settings.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

// Prices below `below` move in steps of `tick` (both 1e-6 of the listing currency).
struct TickBand {
  std::int64_t below = 0;
  std::int64_t tick = 0;
};

// A venue takes part when it has an address: a gateway for SSE and SZSE, a channel for HKEX.
struct Settings {
  std::uint64_t seed = 1;
  Date trade_date = 20250402;
  // Exchange seconds for one real second on the network; a capture is always stamped in exchange
  // time.
  double speed = 1.0;
  // When positive it replaces `speed`: the chosen part of the day takes this many real minutes.
  // Exchange times in the messages stay those of a real day.
  double day_minutes = 0.0;
  // Time of day (China) at which the simulated day begins and ends; 0 = the whole day. A later
  // begin starts with the reference data and the full image of that moment.
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;
  // Price changes per security and exchange second while its market trades.
  double ticks_per_second = 1.0;
  // Interval of mainland snapshots, sent for changed securities; 0: on every change. Shenzhen's is
  // 3 s (SZSE notes 1.6). No document states Shanghai's; real days show the same.
  std::int64_t snapshot_grid_ms = 3'000;
  // Every mainland security is sent again this often, changed or not: SZSE notes 1.6, and the same
  // for Shanghai.
  std::int64_t refresh_s = 60;
  // Share of HKEX packets lost, independently, on each line; the simulator never loses one packet
  // on both.
  double loss_a = 0.0;
  double loss_b = 0.0;
  // Number of the first HKEX message after a sequence reset, which itself has number 1: 2, or 1
  // again. The specification allows both readings (OMD-C 2.2.1, 3.4.2).
  std::uint32_t hkex_first_number = 2;
  // Exchange seconds from one round of HKEX's refresh service to the next (notes 1.6).
  std::int64_t refresh_round_s = 30;
  // Further faults; `simulate --faults` fills them in.
  FaultPlan faults;
  // Expected halts per security and day, at most one each.
  double halts = 0.05;
  // Chance that a security is suspended for the whole day.
  double suspensions = 0.0;
  // Chance that a security's opening auction finds no price.
  double empty_auctions = 0.1;
  // Do not begin before a client is logged on at each TCP gateway.
  bool wait_for_clients = true;
  // Bytes waiting for one slow client before the gateway drops it: some 20,000 stock snapshots,
  // many seconds of a busy day, and small enough for several clients.
  std::size_t client_backlog = 8 << 20;
  // Hong Kong's minimum price steps. Empty: the exchange's table of the trade date (price_rules.h).
  // The step of the last band also applies above it.
  std::vector<TickBand> hkex_ticks;
  // First day of phase 2 of the smaller steps, whose start is not confirmed. 0: not in force.
  Date hkex_spread_phase_2_from = 0;
  // Mainland shares under risk warning (ST, *ST), whose price limit depends on the trade date.
  std::vector<std::uint32_t> st_securities;
  sse::Settings sse;
  szse::Settings szse;
  hkex::Settings hkex;
};

}  // namespace indexcast::sim
