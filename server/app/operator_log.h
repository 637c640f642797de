// Says what an operator should know of the core's records: changes of feeds and markets, decisions
// about inputs and requests. What somebody has to look at is an alarm: a warning, and counted.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "calc/control.h"
#include "calc/record.h"
#include "calc/universe.h"

namespace indexcast::server {

// One thread. `universe` outlives it.
class OperatorLog {
 public:
  explicit OperatorLog(const Universe& universe)
      : universe_(&universe),
        prices_waiting_(universe.instruments().size()),
        rates_waiting_(universe.series().size()) {}

  void write(const Record& record);
  // The market's day is over.
  bool day_is_over(MarketId market) const { return over_[market]; }
  // A price or rate began to wait, a level guard began or ran out, prices came out of order, a
  // closing price was missing or late, a market contradicted its calendar. A price that waits
  // already raises no further alarm.
  std::uint64_t alarms() const { return alarms_; }

 private:
  template <class... Values>
  void alarm(fmt::format_string<Values...> text, Values&&... values);
  void log_market(const MarketChanged& change);
  void log_feed(const FeedChanged& change) const;
  bool begins_to_wait(const InputDecision& decision);
  void log_decision(const InputDecision& decision);
  void log_guard(const InputDecision& decision);
  void log_control(const ControlDone& done) const;
  std::string_view target_name(ControlOp op, std::uint32_t id) const;

  const Universe* universe_;
  std::array<bool, kMaxMarkets> over_{};
  std::vector<char> prices_waiting_;  // by instrument
  std::vector<char> rates_waiting_;   // by series
  std::uint64_t alarms_ = 0;
};

}  // namespace indexcast::server
