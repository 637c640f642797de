// Writes the log of the pipeline: changes of feeds and markets and decisions about inputs and
// requests, read from the core's output, and the notices of the feeds' sessions.
#pragma once

#include <memory>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/universe.h"
#include "feedhandlers/session/feed.h"
#include "server/app/operator_log.h"
#include "server/view/agent.h"

namespace indexcast::server {

class EventLog final : public Agent {
 public:
  // All of them outlive this, which is the only one to take the notices of `feeds`.
  EventLog(const BroadcastRing& ring, const Universe& universe,
           const std::vector<std::unique_ptr<feed::Feed>>& feeds)
      : reader_(ring), log_(universe), feeds_(&feeds) {}
  std::size_t do_work(TimeNs now) override;

 private:
  static constexpr std::size_t kBatch = 4096;
  std::size_t log_notices() const;

  BroadcastReader reader_;
  OperatorLog log_;
  const std::vector<std::unique_ptr<feed::Feed>>* feeds_;
};

}  // namespace indexcast::server
