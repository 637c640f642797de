// Shanghai's other streams: indices (MD001), funds (MD004), after-hours fixed price trading
// (MD102), IOPV of external sources (MDE01), and once a minute a stream and a tick that an equity
// client skips. Their levels follow the simulated shares, so that they move and differ from a
// member's price.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/faults/random.h"
#include "feedhandlers/simulator/venues/sse_message_output.h"

namespace indexcast::sim {

// Indices are complete so long after the close: 15:03 to 15:09 in a real file (SSE notes 5.2).
inline constexpr Micros kSseIndicesFinish = 5 * 60 * kMicrosPerSecond;

class SseSideStreams {
 public:
  static constexpr std::size_t kIndexCount = 2;
  static constexpr std::size_t kFundCount = 2;
  static constexpr std::size_t kProducts = kIndexCount + kFundCount;

  // `out` outlives the streams. `trade_date` decides which trading rules hold
  // (kTradingRules2026).
  SseSideStreams(SseMessageOutput& out, std::uint64_t seed, Date trade_date);

  // Everything once, as it stands.
  void reference(const Market& market, Micros now);
  // Sends the messages that are due at this second.
  void second(const Market& market, Micros now);
  // Number of products that trade after hours.
  std::uint32_t after_hours_products(const Market& market) const;

 private:
  // A product whose price is the shares' average performance on its own base. Prices 1e-6.
  struct Product {
    std::uint32_t code = 0;
    std::int64_t previous_close = 0;
    std::int64_t tick = 0;
    std::int64_t open = 0;
    std::int64_t high = 0;
    std::int64_t low = 0;
    std::int64_t last = 0;
    std::int64_t volume = 0;
    std::int64_t trades = 0;
  };
  // Totals of after-hours trading so far, in shares.
  struct AfterHours {
    std::int64_t volume = 0;
    std::int64_t trades = 0;
    std::int64_t buy_waiting = 0;
    std::int64_t sell_waiting = 0;
  };
  // Current state of one product of MD102. `close` is 0 before the close and when there is none.
  struct AfterHoursProduct {
    std::uint32_t code = 0;
    std::string_view name;
    std::int64_t previous_close = 0;
    std::int64_t close = 0;
    bool suspended = false;
    bool halted = false;
  };

  void move(Product& product, const Market& market);
  void index(const Product& product, const Market& market, Micros now);
  void fund(const Product& product, const Market& market, Micros now);
  void iopv(const Product& product, Micros now);
  void fund_levels(const Product& product, Phase phase);
  bool in_closing_auction(const Market& market) const;
  bool trades_after_hours(std::uint32_t code) const;
  void after_hours(const Market& market, bool trading, Micros now);
  void after_hours(const AfterHoursProduct& product, Phase phase, bool trading, Micros now);
  void unknown_stream(Micros now);
  void add(std::uint16_t type, std::int64_t price, std::int64_t size = 0, std::size_t place = 0);

  SseMessageOutput& out_;
  Random random_;
  const bool rules_2026_;
  std::array<Product, kIndexCount> indices_;
  std::array<Product, kFundCount> funds_;
  std::map<std::uint32_t, AfterHours> after_hours_;  // by code
  std::vector<sse::Entry> entries_;
};

}  // namespace indexcast::sim
