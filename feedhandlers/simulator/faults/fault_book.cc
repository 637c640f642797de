#include "feedhandlers/simulator/faults/fault_book.h"

#include <utility>

namespace indexcast::sim {
namespace {

// Streams of chance beside those of securities, markets and lines.
constexpr std::uint64_t kFaultStream = 3'000'000'000;

}  // namespace

FaultBook::FaultBook(FaultPlan plan, std::uint64_t seed) : plan_(std::move(plan)), counts_(plan_) {
  for (std::size_t i = 0; i < plan_.size(); ++i) random_.emplace_back(seed, kFaultStream + i);
}

bool FaultBook::applies(const Fault& fault, const Opportunity& at) const {
  return at.ms >= fault.begin_ms && at.ms < fault.end_ms && concerns(fault, at.venue) &&
         (fault.channel == 0 || fault.channel == at.channel) &&
         (fault.security == 0 || fault.security == at.security);
}

bool FaultBook::strikes(std::size_t fault, const Opportunity& at) {
  const Fault& asked = plan_[fault];
  if (!applies(asked, at)) return false;
  if (asked.count > 0 && counts_[fault].happened >= asked.count) return false;
  if (!random_[fault].chance(asked.probability)) return false;
  counts_.happened(fault);
  return true;
}

const Fault* FaultBook::strike(FaultKind kind, const Opportunity& at) {
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    if (plan_[i].kind == kind && strikes(i, at)) return &plan_[i];
  }
  return nullptr;
}

const Fault* FaultBook::in_force(FaultKind kind, const Opportunity& at) const {
  for (const Fault& fault : plan_) {
    if (fault.kind == kind && applies(fault, at)) return &fault;
  }
  return nullptr;
}

}  // namespace indexcast::sim
