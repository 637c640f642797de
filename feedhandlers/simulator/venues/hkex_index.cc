#include "feedhandlers/simulator/venues/hkex_index.h"

#include <algorithm>

namespace indexcast::sim {
namespace {

constexpr const char* kCode = "0000100";
constexpr std::int64_t kPreviousClose = 200'000'000;  // 20,000 in 1e-4

char status_of(const SessionStep& session) {
  if (session.phase == Phase::closed) return 'C';
  if (session.phase == Phase::before_open) return 'P';
  return session.phase == Phase::opening_auction ? 'I' : 'T';
}

}  // namespace

hkex::IndexDefinitionMessage HkexIndex::definition() const { return {kCode, 'H', "HKD"}; }

hkex::IndexData HkexIndex::data(const Market& market, TimeNs now) {
  std::int64_t sum = 0;
  std::int64_t turnover = 0;
  std::int64_t volume = 0;
  for (const SimulatedSecurity& security : market.securities) {
    const std::int64_t close = security.listing().previous_close;
    const std::int64_t price = security.totals().last > 0 ? security.totals().last : close;
    sum += kPreviousClose / close * price + kPreviousClose % close * price / close;
    turnover += security.totals().turnover;
    volume += security.totals().volume;
  }
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(market.securities.size(), 1));
  const std::int64_t value = sum / count;
  if (open_ == 0) open_ = high_ = low_ = value;
  high_ = std::max(high_, value);
  low_ = std::min(low_, value);
  hkex::IndexData data;
  data.index_code = kCode;
  data.index_status = status_of(market.session);
  data.index_time = now.ns;
  data.index_value = value;
  data.net_chg_prev_day = value - kPreviousClose;
  data.high_value = high_;
  data.low_value = low_;
  data.index_turnover = turnover;
  data.opening_value = open_;
  data.previous_ses_close = kPreviousClose;
  data.index_volume = volume;
  data.net_chg_prev_day_pct =
      static_cast<std::int32_t>(data.net_chg_prev_day * 1'000'000 / kPreviousClose);
  if (data.index_status == 'C') data.closing_value = value;
  return data;
}

}  // namespace indexcast::sim
