// SZSE snapshots and status messages to MarketEvents.
#pragma once

#include <cstdint>
#include <optional>

#include "calc/universe.h"
#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/price_ladder.h"
#include "feedhandlers/szse/sentinels.h"
#include "feedhandlers/szse/settings.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "feedhandlers/szse/tick_source.h"
#include "feedhandlers/szse/trade_day.h"

namespace indexcast::szse {

// OrigTime as its digits, the first field of the body of every message but ticks and the session's;
// empty when there is no room for one.
std::optional<std::int64_t> orig_time_of(feed::Bytes message);

// The members listed in Shenzhen, and the sentinels of the settings; without any there, the members
// are the sentinels.
feed::SymbolTable make_symbols(const Settings& settings, const Universe& universe);

// Takes messages (decoder.h) and says what became of each: applied, duplicate, filtered, rejected
// or malformed. The caller counts. `sequence` is the caller's count of messages. One thread;
// allocates at construction only.
class Normalizer {
 public:
  // `symbols`, with its sentinels, `events` and `day` outlive it; so does `ticks`, which is null
  // where prices come from snapshots alone.
  Normalizer(const Settings& settings, const feed::SymbolTable& symbols, feed::VenueEvents& events,
             TradeDay& day, TickSource* ticks);

  // 300111.
  feed::FeedCounter on_snapshot(feed::Bytes message, TimeNs now, std::uint64_t sequence);
  // 390090: its phase E says that every security is closed.
  feed::FeedCounter on_channel_statistics(feed::Bytes message, TimeNs now, std::uint64_t sequence);
  // 309011: so does the phase E of the exchange's own indices (stream 900).
  feed::FeedCounter on_index_snapshot(feed::Bytes message, TimeNs now, std::uint64_t sequence);
  // Any other message that begins with its OrigTime: time passed.
  feed::FeedCounter on_other(feed::Bytes message, TimeNs now, std::uint64_t sequence);

 private:
  feed::FeedCounter apply(const feed::SymbolEntry& symbol, std::uint32_t code,
                          const Snapshot& snapshot, const feed::Origin& origin);
  bool set_price(InstrumentId instrument, const PhaseRule& rule,
                 const std::optional<feed::TradedPrice>& price, const feed::Origin& origin);
  // Notes the phase of a sentinel; false when it was known.
  bool watch(std::uint32_t code, const PhaseRule& rule, TimeNs exchange_time);
  bool advance_market(const feed::Origin& origin);
  // Time passed without news of ours; the market moves when it waited for that.
  feed::FeedCounter filtered(std::int64_t orig_time, TimeNs now, std::uint64_t sequence);
  feed::FeedCounter all_closed(std::int64_t orig_time, TimeNs now, std::uint64_t sequence);

  const bool accept_reruns_;
  const feed::SymbolTable& symbols_;
  feed::VenueEvents& events_;
  TradeDay& day_;
  TickSource* const ticks_;
  feed::ChinaStampReader stamps_;
  Sentinels sentinels_;
};

}  // namespace indexcast::szse
