// Trade tickers that were already seen: after a failover the exchange's publisher may send some
// again (notes 1.4).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/hkex/message/trade.h"

namespace indexcast::hkex {

// The last tickers of each instrument. One thread; allocates at construction only.
class TickerDeduplicator {
 public:
  // How far back a failover repeats is not stated; this many are some seconds of the busiest share.
  static constexpr std::size_t kRemembered = 64;

  // Every InstrumentId to come is below `instruments`.
  explicit TickerDeduplicator(std::size_t instruments) : tickers_(instruments) {}

  // True for a ticker that is remembered; else it is remembered from now on.
  bool seen(InstrumentId instrument, const TradeTicker& ticker) {
    Recent& recent = tickers_[instrument];
    const Identity identity = identity_of(ticker);
    if (std::find(recent.last.begin(), recent.last.end(), identity) != recent.last.end()) {
      return true;
    }
    recent.last[recent.next++ % kRemembered] = identity;
    return false;
  }

 private:
  // A TickerID is used again for the cancel of what it contained, and on another day; the remaining
  // quantity and the time of the trade tell these apart.
  struct Identity {
    std::uint32_t ticker_id = 0;
    char cancel_flag = '\0';  // not one that a message can have: an empty place
    std::uint64_t time_or_quantity = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  struct Recent {
    std::array<Identity, kRemembered> last{};
    std::size_t next = 0;
  };

  static Identity identity_of(const TradeTicker& ticker) {
    const bool cancel = ticker.trd_cancel_flag == 'Y';
    return {ticker.ticker_id, cancel ? 'Y' : 'N',
            cancel ? ticker.aggregate_quantity : ticker.trade_time};
  }

  std::vector<Recent> tickers_;
};

}  // namespace indexcast::hkex
