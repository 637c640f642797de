// The grid of one index and the indicative values of one fund as their application sees them.
#pragma once

#include <string>
#include <utility>

#include "indexcast/subscriber/callbacks.h"
#include "indexcast/subscriber/counters.h"
#include "indexcast/v1/stream.pb.h"
#include "proto/subscriber/step_tracker.h"

namespace indexcast::subscriber {

// Instants are the clock's, so they mean the same at two servers, and no switch or restart hands
// one over twice. One thread.
class SteadyStream {
 public:
  // `callbacks` and `counters` outlive it.
  SteadyStream(std::string code, const Callbacks& callbacks, Counters& counters)
      : code_(std::move(code)), callbacks_(&callbacks), counters_(&counters) {}

  // `quality`: of the level.
  void on_grid(const v1::Grid& grid, const Quality& quality);
  void on_inav(const v1::Inav& inav, const Quality& quality);
  // Takes a Skipped message of any kind except RECORD.
  void on_skipped(const v1::Skipped& skipped);
  // Another epoch, or another server.
  void restart() { ticks_.restart(); }

 private:
  bool is_next_tick(const v1::Inav& inav);
  bool is_next_instant(const v1::Inav& inav);
  auto naming(Stream stream, std::uint64_t epoch);

  std::string code_;
  const Callbacks* callbacks_;
  Counters* counters_;
  StepTracker grid_;
  StepTracker inav_grid_;
  StepTracker ticks_;
};

}  // namespace indexcast::subscriber
