// Decides when the faults of a plan strike, and counts them. Each fault draws from a stream of
// chance of its own, so that one more leaves the others as they were.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/simulator/faults/fault_counts.h"
#include "feedhandlers/simulator/faults/fault_plan.h"
#include "feedhandlers/simulator/faults/random.h"

namespace indexcast::sim {

// Where and when something could go wrong.
struct Opportunity {
  feed::Venue venue = feed::Venue::hkex;
  std::uint32_t channel = 0;   // 0: the venue has none
  std::int64_t ms = 0;         // time of day, exchange time
  std::uint32_t security = 0;  // 0: none in particular
};

// The trading day and the transport have a book each of the same plan: every kind is carried out by
// one of the two, and their counts add up. One thread.
class FaultBook {
 public:
  FaultBook(FaultPlan plan, std::uint64_t seed);

  std::span<const Fault> plan() const { return plan_; }
  const FaultCounts& counts() const { return counts_; }

  // Whether fault number `fault` strikes at this opportunity: it is in force there and its chance
  // comes up. Counts it as happened.
  bool strikes(std::size_t fault, const Opportunity& at);
  // The first of `kind` that strikes; null when none does.
  const Fault* strike(FaultKind kind, const Opportunity& at);
  // The first of `kind` that is in force; draws and counts nothing.
  const Fault* in_force(FaultKind kind, const Opportunity& at) const;
  // One of this book's plan came about, for kinds whose opportunities are not put to `strike`.
  void happened(const Fault& fault) {
    counts_.happened(static_cast<std::size_t>(&fault - plan_.data()));
  }
  // The chance of fault number `fault`, for what it leaves open (which security, for example).
  Random& random(std::size_t fault) { return random_[fault]; }

 private:
  bool applies(const Fault& fault, const Opportunity& at) const;

  FaultPlan plan_;
  FaultCounts counts_;
  std::vector<Random> random_;
};

}  // namespace indexcast::sim
