// Writes what happened to feeds and markets, and what was decided about inputs and requests, into
// the log, as one more reader of the core's output.
#pragma once

#include <array>
#include <string_view>

#include "calc/broadcast_ring.h"
#include "calc/control.h"
#include "calc/universe.h"
#include "server/pipeline/agent.h"

namespace indexcast::server {

class EventLog final : public Agent {
 public:
  // `ring` and `universe` outlive this.
  EventLog(const BroadcastRing& ring, const Universe& universe)
      : reader_(ring), universe_(&universe) {}
  std::size_t do_work(TimeNs now) override;

 private:
  static constexpr std::size_t kBatch = 4096;
  void log_record(const Record& record);
  void log_market(const MarketChanged& change);
  void log_feed(const FeedChanged& change) const;
  void log_decision(const InputDecision& decision) const;
  void log_control(const ControlDone& done) const;
  std::string_view target_name(ControlOp op, std::uint32_t id) const;

  BroadcastReader reader_;
  std::array<bool, kMaxMarkets> over_{};  // markets whose day is over
  const Universe* universe_;
};

}  // namespace indexcast::server
