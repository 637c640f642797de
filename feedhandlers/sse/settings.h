// Settings of the SSE feed. IS120 leaves CompIDs, version and ports to the site, so none of them is
// a constant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/market/channel_lag.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sse {

// Channel of the fallback file in MarketEvent::channel; the gateways' is feed::kMainChannel.
inline constexpr std::uint32_t kFileChannel = 2;

// A gateway and the names of the two ends of a session with it (IS120 2.1.3).
struct Gateway {
  feed::Endpoint address{};
  std::string sender_comp_id = "VSS";  // ours, at most 32 characters
  std::string target_comp_id{};        // the gateway's, at most 32 characters
  friend bool operator==(const Gateway&, const Gateway&) = default;
};

struct Settings {
  std::vector<Gateway> gateways;  // in order of preference
  std::string appl_ver_id = "0.60";
  std::uint16_t heartbeat_s = 3;  // HeartBtInt asked for; the peer is dead after twice this
  bool production_only = true;    // reject TradSesMode other than 3
  std::vector<feed::TimeRange> breaks = feed::kMainlandBreaks;  // M101 stays T over lunch

  // Images of any other day are rejected; 0: of any day but the latest seen.
  Date trade_date = 0;
  // A session, or the fallback file, is stale after so long without market data, or without
  // progress of its exchange time, while the market trades.
  std::int64_t stale_after_ns = 30 * kNsPerSecond;
  feed::LagLimits lag{};  // of the session; the file's records have no stamp of their own
  // Trading time, in exchange time, within which the gateway repeats the image of every security.
  // No document states it (2.2); Shenzhen's is 60 s.
  std::int64_t image_period_ns = 60 * kNsPerSecond;
  // A gateway that refused our logon is not tried again before this wait is over.
  std::int64_t refused_backoff_ns = kNsPerSecond;

  std::string fallback_file;  // mktdt00.txt as the gateway writes it; empty: none
  // Without market data from any gateway for so long, the file becomes the source.
  std::int64_t fallback_after_ns = 10 * kNsPerSecond;
  std::int64_t fallback_poll_ns = kNsPerSecond;  // between two looks at the file
};

}  // namespace indexcast::sse
