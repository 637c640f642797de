// SSE application messages to MarketEvents.
#pragma once

#include <cstdint>

#include "feedhandlers/common/china_stamp.h"
#include "feedhandlers/common/event_sink.h"
#include "feedhandlers/common/feed_counters.h"
#include "feedhandlers/common/symbol_table.h"
#include "feedhandlers/common/venue_events.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/market_clock.h"
#include "feedhandlers/sse/price_ladder.h"
#include "feedhandlers/sse/settings.h"

namespace indexcast::sse {

// Takes whole frames whose checksum was verified and says what became of each: applied, duplicate,
// filtered, rejected or malformed. The caller counts. One thread; allocates at construction only.
class Normalizer {
 public:
  // `symbols` and `events` outlive it.
  Normalizer(const Settings& settings, const feed::SymbolTable& symbols, feed::VenueEvents& events);

  feed::FeedCounter on_market_status(const Header& header, feed::Bytes frame, TimeNs now);
  feed::FeedCounter on_snapshot(const Header& header, feed::Bytes frame, TimeNs now);

 private:
  feed::FeedCounter price_snapshot(const Header& header, feed::Bytes frame, TimeNs now);
  feed::FeedCounter apply(InstrumentId instrument, const Snapshot& snapshot,
                          const feed::Origin& origin);
  bool advance_market(const Header& header, TimeNs now);
  std::optional<TimeNs> image_time(const Header& header, const SnapshotFields& fields);
  bool foreign_mode(std::uint8_t trad_ses_mode) const {
    return production_only_ && trad_ses_mode != kTradSesModeProduction;
  }

  const bool production_only_;
  const feed::SymbolTable& symbols_;
  feed::VenueEvents& events_;
  feed::ChinaStampReader stamps_;
  MarketClock market_;
};

}  // namespace indexcast::sse
