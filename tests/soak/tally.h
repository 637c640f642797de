// What the clients of one manner have had together.
#pragma once

#include <cstdint>
#include <memory>

#include "server/view/latency_histogram.h"

namespace indexcast::soak {

struct Tally {
  std::uint64_t connections = 0;
  std::uint64_t refused = 0;  // connections or handshakes that were not taken
  std::uint64_t closed = 0;   // by the server, after the handshake
  std::uint64_t bytes = 0;
  std::uint64_t levels = 0;
  std::uint64_t skipped = 0;  // announced
  std::uint64_t lost = 0;     // in no message, and announced by none
  std::uint64_t stray = 0;    // once more, or backwards
  // From the core's hand to the client's, of levels since the last look.
  std::unique_ptr<server::LatencyHistogram> latency = std::make_unique<server::LatencyHistogram>();
};

}  // namespace indexcast::soak
