// A tally as a line of JSON.
#pragma once

#include <fmt/format.h>

#include <string>

#include "tests/soak/tally.h"

namespace indexcast::soak {

// Counts since the beginning; latencies since the last call, in microseconds.
inline std::string text_of(Tally& tally) {
  const auto latency = tally.latency->snapshot();
  tally.latency = std::make_unique<server::LatencyHistogram>();
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1e3; };
  return fmt::format(
      "{{\"connections\":{},\"refused\":{},\"closed\":{},\"bytes\":{},\"levels\":{},"
      "\"skipped\":{},\"lost\":{},\"stray\":{},\"timed\":{},\"p50_us\":{:.1f},\"p99_us\":{:.1f},"
      "\"max_us\":{:.1f}}}",
      tally.connections, tally.refused, tally.closed, tally.bytes, tally.levels, tally.skipped,
      tally.lost, tally.stray, latency->count(), us(latency->percentile_ns(50)),
      us(latency->percentile_ns(99)), us(latency->max_ns()));
}

}  // namespace indexcast::soak
