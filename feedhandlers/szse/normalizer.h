// SZSE application messages to MarketEvents.
#pragma once

#include <cstdint>
#include <optional>

#include "calc/universe.h"
#include "feedhandlers/common/china_stamp.h"
#include "feedhandlers/common/event_sink.h"
#include "feedhandlers/common/feed_counters.h"
#include "feedhandlers/common/symbol_table.h"
#include "feedhandlers/common/venue_events.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/price_ladder.h"
#include "feedhandlers/szse/sentinels.h"
#include "feedhandlers/szse/settings.h"

namespace indexcast::szse {

// Takes whole frames whose checksum was verified and says what became of each: applied, duplicate,
// filtered, rejected or malformed. The caller counts. `sequence` is the caller's count of messages.
// One thread; allocates at construction only.
class Normalizer {
 public:
  Normalizer(const Settings& settings, const Universe& universe, feed::VenueEvents& events);

  feed::FeedCounter on_snapshot(feed::Bytes frame, TimeNs now, std::uint64_t sequence);
  feed::FeedCounter on_channel_statistics(feed::Bytes frame, TimeNs now, std::uint64_t sequence);

 private:
  feed::FeedCounter apply(const feed::SymbolEntry& symbol, std::uint32_t code,
                          const Snapshot& snapshot, const feed::Origin& origin);
  // Notes the phase of a sentinel; false when it was known.
  bool watch(std::uint32_t code, const Snapshot& snapshot, TimeNs exchange_time);
  bool advance_market(const feed::Origin& origin);
  // Time passed without news of ours; the market moves when it waited for that.
  feed::FeedCounter filtered(std::int64_t orig_time, TimeNs now, std::uint64_t sequence);

  const feed::SymbolTable symbols_;
  feed::VenueEvents& events_;
  feed::ChinaStampReader stamps_;
  Sentinels sentinels_;
};

}  // namespace indexcast::szse
