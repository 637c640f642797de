// Read-only view of a running server for publishers, HTTP and metrics. They cannot delay the core
// through it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/core_counters.h"
#include "calc/latest_table.h"
#include "calc/spsc_ring.h"
#include "calc/universe.h"
#include "feedhandlers/session/feed.h"
#include "server/view/clock.h"
#include "server/view/definition_sets.h"
#include "server/view/feed_channel_states.h"
#include "server/view/feed_day.h"
#include "server/view/fx_source.h"
#include "server/view/reader_wakers.h"
#include "server/view/service_state.h"

namespace indexcast::server {

// Everything pointed to outlives every publisher and is safe to read from any thread.
struct ServerView {
  // As the day began: codes, numbers and names. Other parts of a definition may change during the
  // day: use definition_sets->at() with core->definition_set() or that of a LevelReader.
  const Universe* universe = nullptr;
  const DefinitionSets* definition_sets = nullptr;
  const BroadcastRing* ring = nullptr;
  // Status, definition, correction and pending records only, in order; no level overwrites them.
  const BroadcastRing* event_ring = nullptr;
  const LatestTable* latest = nullptr;
  const CoreCounters* core = nullptr;
  std::vector<const feed::Feed*> feeds;
  // Events waiting in each feed's ring, in the order of `feeds`, and the capacity of each.
  std::vector<const SpscRing<MarketEvent>*> feed_rings;
  // The channels of each feed, in the order of `feeds`.
  std::vector<const FeedChannelStates*> feed_channels;
  // Whether each feed must be live now, in the order of `feeds`; empty: all must.
  std::vector<const FeedDay*> feed_days;
  std::vector<const FxSourceStats*> fx_sources;
  const ServiceState* service = nullptr;  // nullptr: always in service
  Clock clock;                            // of all times of the day that are not of an exchange
  std::uint64_t epoch = 0;                // ns since the epoch at which this server began to number
  Date trade_date = 0;
  std::int64_t grid_ms = 1000;          // interval of the grid of levels
  std::string_view colours = "red_up";  // of a rise on the page, one of kColourNames
  // Number of turns of the core's thread. It turns every few milliseconds even without input, so a
  // count that does not change means that the core hangs. nullptr: no short heartbeats.
  const std::atomic<std::uint64_t>* core_turns = nullptr;
  // Readers that sleep while the core publishes nothing add their wakers here. Null: nothing wakes
  // them.
  ReaderWakers* readers = nullptr;
  std::int64_t short_heartbeat_ms = 0;  // interval of heartbeats without a table; 0: none
};

// Duty of the feed at place `i` of `feeds`.
inline FeedDuty feed_duty(const ServerView& view, std::size_t i) {
  return i < view.feed_days.size() ? view.feed_days[i]->duty() : FeedDuty::due;
}

}  // namespace indexcast::server
