// Writes the log of the pipeline: changes of feeds and markets and decisions about inputs and
// requests, read from the core's output, and the notices of the feeds' sessions.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/control.h"
#include "calc/universe.h"
#include "feedhandlers/common/feed.h"
#include "server/pipeline/agent.h"

namespace indexcast::server {

class EventLog final : public Agent {
 public:
  // All of them outlive this, which is the only one to take the notices of `feeds`.
  EventLog(const BroadcastRing& ring, const Universe& universe,
           const std::vector<std::unique_ptr<feed::Feed>>& feeds)
      : reader_(ring), universe_(&universe), feeds_(&feeds) {}
  std::size_t do_work(TimeNs now) override;

 private:
  static constexpr std::size_t kBatch = 4096;
  std::size_t log_notices() const;
  void log_record(const Record& record);
  void log_market(const MarketChanged& change);
  void log_feed(const FeedChanged& change) const;
  void log_decision(const InputDecision& decision) const;
  void log_guard(const InputDecision& decision) const;
  void log_control(const ControlDone& done) const;
  std::string_view target_name(ControlOp op, std::uint32_t id) const;

  BroadcastReader reader_;
  std::array<bool, kMaxMarkets> over_{};  // markets whose day is over
  const Universe* universe_;
  const std::vector<std::unique_ptr<feed::Feed>>* feeds_;
};

}  // namespace indexcast::server
