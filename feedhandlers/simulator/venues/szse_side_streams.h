// Shenzhen's other channels (SZSE notes 1.5, 1.6, 2): channel statistics, status of securities and
// of Hong Kong Connect, bulletins, indices, volume statistics, after-hours trading, a fund's
// reference value, a Hong Kong security, and once a minute a type that no specification defines.
// Their levels follow the simulated shares.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "feedhandlers/simulator/day/publisher.h"
#include "feedhandlers/simulator/faults/random.h"
#include "feedhandlers/simulator/venues/szse_message_output.h"

namespace indexcast::sim {

class SzseSideStreams {
 public:
  // `out` outlives the streams. `trade_date` decides which trading rules hold
  // (kTradingRules2026).
  SzseSideStreams(SzseMessageOutput& out, std::uint64_t seed, Date trade_date);

  // Sends the messages that are due at this second.
  void second(const Market& market, Micros now);
  void statistics(const Market& market, Micros now);

 private:
  // Totals of after-hours fixed price trading so far, in shares.
  struct AfterHours {
    std::int64_t volume = 0;
    std::int64_t turnover = 0;  // 1e-4
    std::int64_t trades = 0;
    std::int64_t buy_waiting = 0;
  };

  void after_hours(const Market& market, bool trading, Micros now);
  void fixed_price(std::uint32_t code, std::int64_t previous_close, std::int64_t close,
                   std::string_view phase, bool trades, Micros now);
  void blocks(const Market& market, Micros now);
  void security_status(const SimulatedSecurity& security, Micros now);
  void connect_status(Micros now);
  void bulletin(Micros now);
  void index(std::uint32_t code, std::uint16_t channel, std::string_view stream,
             std::string_view phase, std::int64_t base, const Market& market, Micros now);
  void volume(const Market& market, Micros now);
  void fund(const Market& market, Micros now);
  void hong_kong(const Market& market, Micros now);
  void unknown_type(Micros now);

  SzseMessageOutput& out_;
  Random random_;
  const bool rules_2026_;
  std::map<std::uint32_t, AfterHours> after_hours_;  // by code
};

}  // namespace indexcast::sim
