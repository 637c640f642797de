// Times of day as the mainland exchanges write them: decimal digits.
#pragma once

#include <cstdint>

#include "calc/time.h"
#include "feedhandlers/simulator/day/session_plan.h"

namespace indexcast::sim {

// HHMMSSsss of a time of day.
constexpr std::int64_t clock_digits(std::int64_t ms) {
  const std::int64_t s = ms / 1000;
  return ((s / 3600 * 100 + s / 60 % 60) * 100 + s % 60) * 1000 + ms % 1000;
}

// YYYYMMDDHHMMSSsss in China time.
constexpr std::int64_t timestamp_digits(Date date, std::int64_t ms) {
  return std::int64_t{date} * 1'000'000'000 + clock_digits(ms);
}
constexpr std::int64_t timestamp_digits(TimeNs t) {
  return timestamp_digits(china_date(t), china_time_of_day_ms(t));
}

}  // namespace indexcast::sim
