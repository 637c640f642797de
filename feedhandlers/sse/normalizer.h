// SSE application messages, and records of the fallback file, to MarketEvents.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "calc/event.h"
#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/timetable.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/sse/decoder.h"
#include "feedhandlers/sse/mktdt_reader.h"
#include "feedhandlers/sse/price_ladder.h"
#include "feedhandlers/sse/settings.h"

namespace indexcast::sse {

// Tracks the phase of the Shanghai market: from M101 and, where M101 does not state it, from the
// timetable on exchange time (METHODOLOGY 5). One thread.
class MarketClock {
 public:
  explicit MarketClock(const std::vector<feed::TimeRange>& breaks);

  // A new TradingSessionID (2.3): position 1 is S, T or E, position 2 is '1' once the opening
  // auction has finished. False when position 1 is none of them; nothing changes then.
  bool on_status(std::string_view trading_session_id);

  // Returns the phase at HHMMSSsss of exchange time; empty before the first status.
  std::optional<MarketPhase> phase_at(std::uint64_t hhmmsssss) const;

 private:
  struct DigitRange {
    std::uint64_t begin;
    std::uint64_t end;
  };
  std::vector<DigitRange> breaks_;  // in stamps' own digits, so that no stamp needs converting
  char session_ = '\0';
  bool opening_auction_finished_ = false;
};

// Says of every message or record what became of it: applied, duplicate, filtered, rejected or
// malformed. The caller counts. A price never goes back in time: an image that is older than the
// one taken of the same security, from whichever source, or has less volume, is a duplicate; but a
// venue in test or simulation may run its day again (VenueEvents::in_order). An image of another
// trading day is rejected. One thread; allocates at construction only.
class Normalizer {
 public:
  // `symbols` and `events` outlive it.
  Normalizer(const Settings& settings, const feed::SymbolTable& symbols, feed::VenueEvents& events);

  // Whole frames whose checksum was verified.
  feed::FeedCounter on_market_status(const Header& header, feed::Bytes frame, TimeNs now);
  feed::FeedCounter on_snapshot(const Header& header, feed::Bytes frame, TimeNs now);

  // The file's first line: its day must be the trading day, or nothing of the file may be used. Its
  // status moves the market as M101 would.
  feed::FeedCounter on_file_header(const MktdtHeaderLine& header, TimeNs now);
  // A line of a file whose header was applied or a duplicate. `sequence` counts looks at the file.
  feed::FeedCounter on_file_record(std::string_view line, std::uint64_t sequence, TimeNs now);

 private:
  feed::FeedCounter price_snapshot(const Header& header, feed::Bytes frame, TimeNs now);
  // `source`: a Snapshot, or a MktdtRecord of the file.
  template <class Source>
  feed::FeedCounter apply(const feed::SymbolEntry& symbol, const Source& source, char phase,
                          const feed::Origin& origin, bool may_rerun);
  bool advance_market(std::uint64_t stamp, const feed::Origin& origin);
  bool ahead_of(const Header& header, TimeNs time);
  bool foreign_day(std::uint64_t date);
  bool foreign_mode(std::uint8_t trad_ses_mode) const {
    return production_only_ && trad_ses_mode != kTradSesModeProduction;
  }

  const bool production_only_;
  const bool day_given_;
  const feed::SymbolTable& symbols_;
  feed::VenueEvents& events_;
  feed::ChinaStampReader stamps_;
  MarketClock market_;
  std::uint64_t day_;
  MktdtHeaderLine file_;  // without its views
};

}  // namespace indexcast::sse
