// What a site decides about the SSE feed. IS120 leaves CompIDs, version string and ports to the
// site (protocol notes, open points), so none is a constant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/common/endpoint.h"
#include "feedhandlers/common/timetable.h"

namespace indexcast::sse {

struct Settings {
  std::vector<feed::Endpoint> gateways;  // in order of preference
  std::string sender_comp_id = "VSS";
  std::string target_comp_id = "MDGW";
  std::string appl_ver_id = "0.60";
  std::uint16_t heartbeat_s = 3;  // HeartBtInt asked for; the peer is dead after twice this
  bool production_only = true;    // reject TradSesMode other than 3
  std::vector<feed::TimeRange> breaks = feed::kMainlandBreaks;  // M101 stays T over lunch
};

}  // namespace indexcast::sse
