// A market's day on exchange time, for what its venue does not announce (METHODOLOGY 5).
#pragma once

#include <cstdint>
#include <vector>

namespace indexcast::feed {

// China time of day, milliseconds from midnight; begin inclusive, end exclusive.
struct TimeRange {
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;
  constexpr bool contains(std::int64_t ms) const { return ms >= begin_ms && ms < end_ms; }
};

constexpr std::int64_t hms(int hour, int minute, int second = 0) {
  return ((hour * 60 + minute) * 60 + second) * std::int64_t{1000};
}

// The mainland's scheduled breaks: 09:25-09:30 after the opening auction, 11:30-13:00 lunch.
inline const std::vector<TimeRange> kMainlandBreaks{{hms(9, 25), hms(9, 30)},
                                                    {hms(11, 30), hms(13, 0)}};
// Hong Kong's: 12:00-13:00 lunch.
inline const std::vector<TimeRange> kHongKongBreaks{{hms(12, 0), hms(13, 0)}};

}  // namespace indexcast::feed
