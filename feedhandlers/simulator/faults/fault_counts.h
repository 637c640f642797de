// What became of the faults that were asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/simulator/faults/fault_plan.h"

namespace indexcast::sim {

struct FaultCount {
  std::uint64_t asked = 1;  // so often at least
  std::uint64_t happened = 0;
};

// One entry for each fault of the plan, in its order.
class FaultCounts {
 public:
  explicit FaultCounts(const FaultPlan& plan = {}) {
    for (const Fault& fault : plan) {
      counts_.push_back({std::max<std::uint64_t>(fault.count, 1), 0});
    }
  }

  void happened(std::size_t fault, std::uint64_t times = 1) { counts_[fault].happened += times; }
  const FaultCount& operator[](std::size_t fault) const { return counts_[fault]; }
  std::size_t size() const { return counts_.size(); }

  // Adds what another part of the simulator did of the same plan.
  void add(const FaultCounts& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i].happened += other.counts_[i].happened;
    }
  }

  // The faults that were asked for and did not happen, or not often enough.
  std::vector<std::size_t> missing() const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i].happened < counts_[i].asked) places.push_back(i);
    }
    return places;
  }

 private:
  std::vector<FaultCount> counts_;
};

// "hkex loss, channel 20, line a, 10:00:00-10:05:00": how a fault is named to people.
std::string describe(const Fault& fault);

}  // namespace indexcast::sim
