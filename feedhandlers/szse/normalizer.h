// SZSE snapshots and status messages to MarketEvents.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "calc/event.h"
#include "calc/time.h"
#include "calc/universe.h"
#include "feedhandlers/market/china_stamp.h"
#include "feedhandlers/market/feed_counters.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/market/venue_events.h"
#include "feedhandlers/szse/decoder.h"
#include "feedhandlers/szse/price_ladder.h"
#include "feedhandlers/szse/settings.h"
#include "feedhandlers/szse/snapshot_decoder.h"
#include "feedhandlers/szse/tick_source.h"
#include "feedhandlers/szse/trade_day.h"

namespace indexcast::szse {

// Derives the phase of the Shenzhen market from its sentinel securities, because no message states
// it (METHODOLOGY 5).
//
// The market is in a phase once every sentinel that is neither halted nor suspended is in it; if
// all are halted or suspended, once all of them are in it. A silent sentinel delays the market for
// `silence_ns` of exchange time after the first other one moved. After that it is ignored until it
// sends a message. All times are the exchange's. One thread; allocates at construction only.
class Sentinels {
 public:
  Sentinels(std::span<const std::uint32_t> codes, std::int64_t silence_ns);

  // Index of a sentinel, for set(); empty when `code` is none.
  std::optional<std::size_t> find(std::uint32_t code) const;

  // Sentinel `index` is in `phase`; `active` when neither halted nor suspended. False when that was
  // known. The first message of a new day resets all others.
  bool set(std::size_t index, MarketPhase phase, bool active, TimeNs exchange_time);

  // A message about the whole market says that all securities are closed. False when it cannot be
  // of today's trading, since nothing has traded yet.
  bool set_all_closed(TimeNs exchange_time);

  // Whether time alone may change the answer of agreed().
  bool waiting() const { return waiting_since_.has_value(); }

  // The phase all agree on at `exchange_time`; empty while they do not.
  std::optional<MarketPhase> agreed(TimeNs exchange_time);

 private:
  struct Sentinel {
    std::optional<MarketPhase> phase;  // empty: no message today
    bool active = true;
    TimeNs updated_at{};
  };

  void begin_day(std::int64_t day);
  // The one phase of the sentinels that count; empty when there are several, or one that must be
  // waited for.
  std::optional<MarketPhase> common_phase(bool active_only, bool wait) const;
  bool any_active() const;
  bool is_silent(const Sentinel& sentinel) const {
    return !sentinel.phase || (waiting_since_ && sentinel.updated_at < *waiting_since_);
  }

  const std::int64_t silence_ns_;
  std::vector<Sentinel> sentinels_;
  absl::flat_hash_map<std::uint32_t, std::size_t> index_;
  std::int64_t day_ = 0;
  std::optional<TimeNs> waiting_since_;  // the first one moved, and the others have not yet
  bool traded_ = false;                  // the market has left its opening auction today
  bool all_closed_ = false;
};

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
