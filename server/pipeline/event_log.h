// Writes what happened to feeds and markets into the log, as one more reader of the core's output.
#pragma once

#include "calc/broadcast_ring.h"
#include "server/pipeline/agent.h"

namespace indexcast::server {

class EventLog final : public Agent {
 public:
  explicit EventLog(const BroadcastRing& ring) : reader_(ring) {}
  std::size_t do_work(TimeNs now) override;

 private:
  static constexpr std::size_t kBatch = 4096;
  BroadcastReader reader_;
};

}  // namespace indexcast::server
