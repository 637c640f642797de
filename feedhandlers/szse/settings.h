// What a site decides about the SZSE feed (S117 leaves CompIDs and the password to the site).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/common/endpoint.h"

namespace indexcast::szse {

struct Settings {
  std::vector<feed::Endpoint> gateways;  // realtime port, in order of preference
  std::string sender_comp_id = "VSS";
  std::string target_comp_id = "MDGW";
  std::string password;
  std::string default_appl_ver_id = "1.02";  // communication version, S117 4.3
  std::int32_t heartbeat_s = 3;
  // Securities whose phases make the market's (METHODOLOGY 5); empty: the members listed in
  // Shenzhen.
  std::vector<std::uint32_t> sentinels;
};

}  // namespace indexcast::szse
