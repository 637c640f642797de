#include "feedhandlers/sse/market_clock.h"

namespace indexcast::sse {
namespace {

constexpr std::uint64_t time_digits(std::int64_t ms) {
  const auto t = static_cast<std::uint64_t>(ms);
  return t / 3'600'000 * 10'000'000 + t / 60'000 % 60 * 100'000 + t % 60'000;
}

}  // namespace

MarketClock::MarketClock(const std::vector<feed::TimeRange>& breaks) {
  for (const feed::TimeRange& range : breaks) {
    breaks_.push_back({time_digits(range.begin_ms), time_digits(range.end_ms)});
  }
}

bool MarketClock::on_status(std::string_view trading_session_id) {
  const char session = trading_session_id[0];
  if (session != 'S' && session != 'T' && session != 'E') return false;
  session_ = session;
  opening_auction_finished_ = trading_session_id[1] == '1';
  return true;
}

std::optional<MarketPhase> MarketClock::phase_at(std::uint64_t hhmmsssss) const {
  switch (session_) {
    case 'S':
      return MarketPhase::pre_open;
    case 'E':
      return MarketPhase::closing;
    case 'T':
      break;
    default:
      return std::nullopt;
  }
  if (!opening_auction_finished_) return MarketPhase::pre_open;
  for (const DigitRange& range : breaks_) {
    if (hhmmsssss >= range.begin && hhmmsssss < range.end) return MarketPhase::scheduled;
  }
  return MarketPhase::trading;
}

}  // namespace indexcast::sse
