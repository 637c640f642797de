#include "feedhandlers/simulator/session_plan.h"

#include "feedhandlers/common/timetable.h"

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

// HKEX notes 3.4. Matching begins at random within 09:20-09:22 and 16:08-16:10. How lunch is
// signalled is not in the notes: blocking is the simulator's assumption.
std::vector<SessionStep> hong_kong_plan(Random& random) {
  const Micros opening_match = at(9, 20) + random.between(1, 119) * kMicrosPerSecond;
  const Micros closing_match = at(16, 8) + random.between(1, 119) * kMicrosPerSecond;
  return {{kDayBegin, Phase::before_open, 100},
          {at(9, 0), Phase::opening_auction, 1},
          {at(9, 15), Phase::opening_auction, 101},
          {at(9, 20), Phase::opening_auction, 108},
          {opening_match, Phase::opened, 2},
          {at(9, 28), Phase::opened, 7},
          {at(9, 30), Phase::continuous, 3},
          {at(12, 0), Phase::lunch, 7},
          {at(13, 0), Phase::continuous, 3},
          {at(16, 0), Phase::closing_auction, 105},
          {at(16, 1), Phase::closing_auction, 5},
          {at(16, 6), Phase::closing_auction, 106},
          {at(16, 8), Phase::closing_auction, 107},
          {closing_match, Phase::closed, 4},
          {closing_match + 10 * kMicrosPerSecond, Phase::closed, 103},
          {closing_match + 300 * kMicrosPerSecond, Phase::closed, 0}};
}

}  // namespace

std::vector<SessionStep> plan_session(feed::Venue venue, Random& random) {
  return venue == feed::Venue::hkex ? hong_kong_plan(random) : mainland_plan();
}

}  // namespace indexcast::sim
