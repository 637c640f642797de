// Plans of faults from a seed alone.
#include <algorithm>

#include "feedhandlers/simulator/faults/fault_plan.h"
#include "feedhandlers/simulator/faults/random.h"

namespace indexcast::sim {
namespace {

constexpr std::uint64_t kPlanStream = 4'000'000'000;

// What a seed may choose, and how: none needs a setting or a security of its own. A retransmission
// service and gateways are faulty only for those who use them.
struct Choice {
  FaultKind kind;
  bool needs_client;
  Lines line;           // of the fault that is made
  double probability;   // per packet, request or round
  std::int64_t window;  // ms, at most
};

constexpr std::array kChoices{
    Choice{FaultKind::loss, false, Lines::a, 0.1, 600'000},
    Choice{FaultKind::loss, false, Lines::b, 0.1, 600'000},
    Choice{FaultKind::loss, false, Lines::both, 0.02, 600'000},
    Choice{FaultKind::burst_loss, false, Lines::a, 0.02, 600'000},
    Choice{FaultKind::burst_loss, false, Lines::both, 0.02, 600'000},
    Choice{FaultKind::duplicate, false, Lines::b, 0.1, 600'000},
    Choice{FaultKind::reorder, false, Lines::a, 0.1, 600'000},
    Choice{FaultKind::delay, false, Lines::b, 0.1, 600'000},
    Choice{FaultKind::skew, false, Lines::b, 1.0, 600'000},
    Choice{FaultKind::silence, false, Lines::a, 1.0, 120'000},
    Choice{FaultKind::sequence_reset, false, Lines::both, 1.0, 600'000},
};

std::int64_t draw_amount(Random& random, const FaultForm& form) {
  if (form.amount_max == 0) return 0;
  return std::clamp(form.amount_default * random.between(1, 4), form.amount_min, form.amount_max);
}

Fault draw_fault(Random& random, const Choice& choice, const PlanRange& range) {
  Fault fault = make_fault(choice.kind);
  fault.venue = form_of(choice.kind).hkex ? std::optional(feed::Venue::hkex) : std::nullopt;
  fault.line = choice.line;
  fault.probability = choice.probability;
  fault.amount = draw_amount(random, form_of(choice.kind));
  const std::int64_t whole = range.end_ms - range.begin_ms;
  const std::int64_t window = std::min(choice.window, whole);
  fault.begin_ms = range.begin_ms + random.between(0, whole - window);
  fault.end_ms = fault.begin_ms + window;
  return fault;
}

}  // namespace

FaultPlan random_plan(std::uint64_t seed, const PlanRange& range) {
  Random random(seed, kPlanStream);
  std::vector<Choice> choices;
  std::copy_if(kChoices.begin(), kChoices.end(), std::back_inserter(choices),
               [&](const Choice& choice) { return range.clients || !choice.needs_client; });
  FaultPlan plan;
  const std::int64_t wanted = random.between(3, 6);
  while (static_cast<std::int64_t>(plan.size()) < wanted) {
    const auto place = random.between(0, static_cast<std::int64_t>(choices.size()) - 1);
    plan.push_back(draw_fault(random, choices[static_cast<std::size_t>(place)], range));
    choices.erase(choices.begin() + place);
  }
  return plan;
}

}  // namespace indexcast::sim
