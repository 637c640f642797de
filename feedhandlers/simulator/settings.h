// What a simulated day is made of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/common/endpoint.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/sse/settings.h"
#include "feedhandlers/szse/settings.h"

namespace indexcast::sim {

struct Settings {
  std::uint64_t seed = 1;
  Date trade_date = 20250402;
  // Exchange seconds for one real second on the network; a capture is always stamped in exchange
  // time.
  double speed = 1.0;
  // Time of day (China) at which the simulated day begins and ends.
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;
  // Price changes per security and exchange second while its market trades.
  double ticks_per_second = 1.0;
  // Share of HKEX packets lost, independently, on each line; the simulator never loses one packet
  // on both.
  double loss_a = 0.0;
  double loss_b = 0.0;
  // Expected halts per security and day.
  double halts = 0.05;
  // Do not begin before a client is logged on at each TCP gateway.
  bool wait_for_clients = true;
  sse::Settings sse;
  szse::Settings szse;
  hkex::Settings hkex;
};

}  // namespace indexcast::sim
