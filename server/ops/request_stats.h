// Counts of operators' requests. The administrative thread writes, any thread reads.
#pragma once

#include <array>

#include "server/ops/operation.h"
#include "server/view/counter.h"

namespace indexcast::server {

struct RequestStats {
  // By operation and by what the core said.
  std::array<std::array<Counter, kControlOutcomeNames.size()>, kOperations.size()> done;
  Counter malformed;     // no request, or one that nobody could carry out
  Counter repeated;      // asked again under the same id
  Counter refused;       // by ControlRequests: id, audit or room
  Counter late;          // answered before the core had said anything
  Counter lost;          // the core's answer was overwritten before it was read
  Counter unauthorised;  // calls without a known token
};

}  // namespace indexcast::server
