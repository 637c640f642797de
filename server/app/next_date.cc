#include "server/app/next_date.h"

#include <algorithm>

namespace indexcast::server {

Date next_date(Date running, const DateEvidence& evidence, std::int64_t begin_at_ms,
               std::span<const Date> days) {
  const Date today = china_date(evidence.wall);
  if (today == running || evidence.trading || !std::ranges::binary_search(days, today)) return 0;
  const bool market_agrees = evidence.stamped == today;
  if (today < running) return market_agrees && !evidence.heard ? today : 0;
  const bool agreed = market_agrees || china_date(evidence.receive) >= today;
  return agreed && china_time_of_day_ms(evidence.wall) >= begin_at_ms ? today : 0;
}

}  // namespace indexcast::server
