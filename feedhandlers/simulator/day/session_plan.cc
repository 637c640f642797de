#include "feedhandlers/simulator/day/session_plan.h"

#include "feedhandlers/market/timetable.h"

namespace indexcast::sim {
namespace {

constexpr Micros at(int hour, int minute, int second = 0) {
  return feed::hms(hour, minute, second) * kMicrosPerMs;
}

constexpr Micros kDayBegin = kDayBeginMs * kMicrosPerMs;

// SSE notes 5.2, SZSE notes 4.1.
std::vector<SessionStep> mainland_plan() {
  return {{kDayBegin, Phase::before_open},      {at(9, 15), Phase::opening_auction},
          {at(9, 25), Phase::opened},           {at(9, 30), Phase::continuous},
          {at(11, 30), Phase::lunch},           {at(13, 0), Phase::continuous},
          {at(14, 57), Phase::closing_auction}, {at(15, 0), Phase::closed}};
}

// HKEX notes 3.4: the closing auction's steps from its first minute on, matched at random within
// its last two minutes.
void append_closing_auction(std::vector<SessionStep>& plan, Micros begin, Random& random) {
  const auto minute = [begin](std::int64_t n) { return begin + n * 60 * kMicrosPerSecond; };
  const Micros match = minute(8) + random.between(1, 119) * kMicrosPerSecond;
  plan.insert(plan.end(), {{begin, Phase::closing_auction, 105},
                           {minute(1), Phase::closing_auction, 5},
                           {minute(6), Phase::closing_auction, 106},
                           {minute(8), Phase::closing_auction, 107},
                           {match, Phase::closed, 4},
                           {match + 10 * kMicrosPerSecond, Phase::closed, 103},
                           {match + 300 * kMicrosPerSecond, Phase::closed, 0}});
}

// Matching of the opening auction begins at random within 09:20-09:22. How lunch is signalled is
// not in the notes: blocking is the simulator's assumption.
std::vector<SessionStep> hong_kong_plan(VenueDayKind kind, Random& random) {
  const Micros opening_match = at(9, 20) + random.between(1, 119) * kMicrosPerSecond;
  std::vector<SessionStep> plan{
      {kDayBegin, Phase::before_open, 100},     {at(9, 0), Phase::opening_auction, 1},
      {at(9, 15), Phase::opening_auction, 101}, {at(9, 20), Phase::opening_auction, 108},
      {opening_match, Phase::opened, 2},        {at(9, 28), Phase::opened, 7},
      {at(9, 30), Phase::continuous, 3}};
  if (kind == VenueDayKind::half) {
    append_closing_auction(plan, at(12, 0), random);
    return plan;
  }
  plan.push_back({at(12, 0), Phase::lunch, 7});
  plan.push_back({at(13, 0), Phase::continuous, 3});
  append_closing_auction(plan, at(16, 0), random);
  return plan;
}

}  // namespace

VenueDayKind day_kind(const FaultPlan& faults, feed::Venue venue) {
  VenueDayKind kind = VenueDayKind::whole;
  for (const Fault& fault : faults) {
    if (!concerns(fault, venue)) continue;
    if (fault.kind == FaultKind::market_closed) {
      return fault.amount == 0 ? VenueDayKind::absent : VenueDayKind::silent;
    }
    if (fault.kind == FaultKind::hk_half_day) kind = VenueDayKind::half;
  }
  return kind;
}

std::vector<SessionStep> plan_session(feed::Venue venue, VenueDayKind kind, Random& random) {
  return venue == feed::Venue::hkex ? hong_kong_plan(kind, random) : mainland_plan();
}

}  // namespace indexcast::sim
