// Time stamps that are decimal digits of China time, as SSE and SZSE write them.
#pragma once

#include <cstdint>
#include <optional>

#include "calc/time.h"

namespace indexcast::feed {

// The digits of a time of day, HHMMSSsss.
inline constexpr std::uint64_t kTimeDigits = 1'000'000'000;

// Milliseconds from midnight of HHMMSSsss; empty when it is no time of day.
constexpr std::optional<std::int64_t> time_of_day_ms(std::uint64_t hhmmsssss) {
  const std::uint64_t hour = hhmmsssss / 10'000'000;
  const std::uint64_t minute = hhmmsssss / 100'000 % 100;
  const std::uint64_t second = hhmmsssss / 1'000 % 100;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return static_cast<std::int64_t>(((hour * 60 + minute) * 60 + second) * 1000 + hhmmsssss % 1000);
}

// YYYYMMDD within the life of these exchanges' systems.
constexpr bool plausible_date(std::uint64_t yyyymmdd) {
  const std::uint64_t month = yyyymmdd / 100 % 100;
  const std::uint64_t day = yyyymmdd % 100;
  return yyyymmdd >= 1990'01'01 && yyyymmdd <= 2199'12'31 && month >= 1 && month <= 12 &&
         day >= 1 && day <= 31;
}

// Reads stamps; remembers the last date, since nearly all stamps of a day share it. One thread.
class ChinaStampReader {
 public:
  // YYYYMMDDHHMMSSsss; empty when that is no instant.
  std::optional<TimeNs> read(std::uint64_t digits) {
    return read(digits / kTimeDigits, digits % kTimeDigits);
  }

  std::optional<TimeNs> read(std::uint64_t yyyymmdd, std::uint64_t hhmmsssss) {
    if (yyyymmdd != date_) {
      if (!plausible_date(yyyymmdd)) return std::nullopt;
      midnight_ = china_time(static_cast<Date>(yyyymmdd), 0);
      date_ = yyyymmdd;
    }
    const auto ms = time_of_day_ms(hhmmsssss);
    if (!ms) return std::nullopt;
    return midnight_ + *ms * kNsPerMs;
  }

 private:
  std::uint64_t date_ = ~std::uint64_t{0};  // no stamp has this one
  TimeNs midnight_{};
};

// YYYYMMDDHHMMSSsss of an instant, for what we send.
constexpr std::uint64_t china_stamp(TimeNs t) {
  const auto ms = static_cast<std::uint64_t>(china_time_of_day_ms(t));
  const std::uint64_t s = ms / 1000;
  return china_date(t) * kTimeDigits + s / 3600 * 10'000'000 + s / 60 % 60 * 100'000 +
         s % 60 * 1'000 + ms % 1000;
}

}  // namespace indexcast::feed
