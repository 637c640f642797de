// Writes the log of the pipeline: changes of feeds and markets, decisions about inputs and
// requests, and notices of the feeds' sessions.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/control.h"
#include "calc/record.h"
#include "calc/universe.h"
#include "feedhandlers/session/feed.h"
#include "server/view/agent.h"

namespace indexcast::server {

// Logs records of the core that concern an operator. A record that needs an operator's attention is
// an alarm: it is logged as a warning and counted. Used by one thread. `universe` outlives the log.
class OperatorLog {
 public:
  explicit OperatorLog(const Universe& universe)
      : universe_(&universe),
        prices_waiting_(universe.instruments().size()),
        rates_waiting_(universe.series().size()) {}

  void write(const Record& record);
  // Whether the market's day is over.
  bool day_is_over(MarketId market) const { return over_[market]; }
  // Number of alarms: a price or rate becomes pending, a level guard begins or runs out, prices
  // come out of order, a closing price is missing or late, a market contradicts its calendar. A
  // price that is pending already raises no further alarm.
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

// Feeds an OperatorLog from the core's output, and logs the notices of `feeds`.
class EventLog final : public Agent {
 public:
  // Takes the notices of `feeds`, so only one EventLog may exist for them. All arguments outlive
  // it.
  EventLog(const BroadcastRing& ring, const Universe& universe,
           const std::vector<std::unique_ptr<feed::Feed>>& feeds)
      : reader_(ring), log_(universe), feeds_(&feeds) {}
  std::size_t do_work(TimeNs now) override;
  TimeNs due(TimeNs now) const override { return now + kNoticesNs; }

 private:
  static constexpr std::size_t kBatch = 4096;
  // Sessions wake no other thread when they report a notice.
  static constexpr std::int64_t kNoticesNs = 100 * kNsPerMs;
  std::size_t log_notices() const;

  BroadcastReader reader_;
  OperatorLog log_;
  const std::vector<std::unique_ptr<feed::Feed>>* feeds_;
};

}  // namespace indexcast::server
