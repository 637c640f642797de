// Decides when the faults of a plan strike, and counts them. Each fault draws from a stream of
// chance of its own, so that one more leaves the others as they were.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "feedhandlers/simulator/faults/fault_plan.h"
#include "feedhandlers/simulator/faults/random.h"

namespace indexcast::sim {

// How often one fault of the plan was asked for and how often it happened.
struct FaultCount {
  std::uint64_t asked = 1;  // minimum
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

  // Adds the counts that another part of the simulator made for the same plan.
  void add(const FaultCounts& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i].happened += other.counts_[i].happened;
    }
  }

  // Returns the indices of the faults that happened less often than asked.
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

// Returns a readable name, such as "hkex loss, channel 20, line a, 10:00:00-10:05:00".
std::string describe(const Fault& fault);

// Place and time at which a fault can happen.
struct Opportunity {
  feed::Venue venue = feed::Venue::hkex;
  std::uint32_t channel = 0;   // 0: the venue has none
  std::int64_t ms = 0;         // time of day, exchange time
  std::uint32_t security = 0;  // 0: none in particular
};

// Decides when the faults of a plan happen, and counts them. Each fault has its own random stream,
// so adding a fault does not change the others. The trading day and the transport each own a book
// of the same plan. One of the two carries out each kind, and their counts add up. One thread.
class FaultBook {
 public:
  FaultBook(FaultPlan plan, std::uint64_t seed);

  std::span<const Fault> plan() const { return plan_; }
  const FaultCounts& counts() const { return counts_; }

  // Returns whether fault number `fault` happens at this opportunity: the fault must be in force
  // and its random draw must succeed. Counts the fault as happened.
  bool strikes(std::size_t fault, const Opportunity& at);
  // Returns the first fault of `kind` that happens at this opportunity; null when none does.
  const Fault* strike(FaultKind kind, const Opportunity& at);
  // Returns the first fault of `kind` that is in force. Neither draws nor counts.
  const Fault* in_force(FaultKind kind, const Opportunity& at) const;
  // Counts a fault of this plan as happened, for kinds that the caller does not pass to `strike`.
  void happened(const Fault& fault) {
    counts_.happened(static_cast<std::size_t>(&fault - plan_.data()));
  }
  // Returns the random stream of fault number `fault`, for choices such as the security.
  Random& random(std::size_t fault) { return random_[fault]; }

 private:
  bool applies(const Fault& fault, const Opportunity& at) const;

  FaultPlan plan_;
  FaultCounts counts_;
  std::vector<Random> random_;
};

}  // namespace indexcast::sim
