// The phase of the Shanghai market from M101 and, where M101 is silent, from the timetable read on
// exchange time (METHODOLOGY 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/market/timetable.h"

namespace indexcast::sse {

// One thread.
class MarketClock {
 public:
  explicit MarketClock(const std::vector<feed::TimeRange>& breaks);

  // A new TradingSessionID (2.3): position 1 is S, T or E, position 2 is '1' once the opening
  // auction has finished. False when position 1 is none of them; nothing changes then.
  bool on_status(std::string_view trading_session_id);

  // The phase at HHMMSSsss of exchange time; empty before the first status.
  std::optional<MarketPhase> phase_at(std::uint64_t hhmmsssss) const;

 private:
  struct DigitRange {
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::vector<DigitRange> breaks_;  // in stamps' own digits, so that no stamp needs converting
  char session_ = '\0';
  bool opening_auction_finished_ = false;
};

}  // namespace indexcast::sse
