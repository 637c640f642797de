// Which day's data is taken.
#pragma once

#include <cstdint>

#include "calc/time.h"

namespace indexcast::szse {

// Given by whoever knows the calendar, or else the newest day seen; then a later day counts from
// the second message in a row that has it, because one damaged stamp must not end the day. One
// thread.
class TradeDay {
 public:
  // 0: not known.
  explicit TradeDay(Date date)
      : given_(date != 0), today_(given_ ? day_of(china_time(date, 0)) : 0) {}

  // Whether a message of `exchange_time` is of today.
  bool contains(TimeNs exchange_time) {
    const std::int64_t day = day_of(exchange_time);
    if (day == today_) {
      claimed_ = 0;
      return confirmed_ = true;
    }
    if (given_) return false;
    if (!confirmed_ || (day > today_ && day == claimed_)) {
      today_ = day;
      return true;
    }
    claimed_ = day;
    return false;
  }

 private:
  static std::int64_t day_of(TimeNs time) { return (time.ns + kChinaOffsetNs) / kNsPerDay; }

  const bool given_;
  std::int64_t today_;  // days since the epoch, in China
  bool confirmed_ = false;
  std::int64_t claimed_ = 0;
};

}  // namespace indexcast::szse
