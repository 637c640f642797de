#include "feedhandlers/simulator/venues/hkex_disruptions.h"

#include <algorithm>

namespace indexcast::sim {
namespace {

bool is_disruption(FaultKind kind) {
  return kind >= FaultKind::sequence_reset && kind <= FaultKind::other_date;
}

}  // namespace

HkexDisruptions::HkexDisruptions(FaultBook& faults) : faults_(faults) {
  for (const Fault& fault : faults.plan()) {
    if (!is_disruption(fault.kind)) continue;
    for (const std::int64_t ms : instants_of(fault)) {
      instants_.push_back({ms * kMicrosPerMs, &fault});
    }
  }
  std::stable_sort(instants_.begin(), instants_.end(),
                   [](const Instant& a, const Instant& b) { return a.time > b.time; });
}

const Fault* HkexDisruptions::due(Micros now) const {
  return instants_.empty() || instants_.back().time > now ? nullptr : instants_.back().fault;
}

void HkexDisruptions::done() {
  faults_.happened(*instants_.back().fault);
  instants_.pop_back();
}

void HkexDisruptions::skip_until(Micros now) {
  while (!instants_.empty() && instants_.back().time < now) instants_.pop_back();
}

}  // namespace indexcast::sim
