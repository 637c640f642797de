// MarketEvent: the one kind of input the core knows. Feed handlers make it, the journal keeps it, a
// replay feeds it back. Trivially copyable, 64 bytes, a cache line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "calc/time.h"

namespace indexcast {

using InstrumentId = std::uint32_t;
using IndexId = std::uint32_t;
using MarketId = std::uint8_t;
using FeedId = std::uint8_t;
using SeriesId = std::uint32_t;  // an FX series

inline constexpr InstrumentId kNoInstrument = 0xffff'ffff;
inline constexpr MarketId kNoMarket = 0xff;
inline constexpr FeedId kNoFeed = 0xff;  // of what no feed brings: the core's own timers
inline constexpr std::size_t kMaxMarkets = 8;
inline constexpr std::size_t kMaxFeeds = 16;

enum class EventKind : std::uint8_t {
  none = 0,
  price = 1,              // detail PriceKind; values: price, cumulative volume, cumulative turnover
  quote = 2,              // detail QuoteKind; values: best bid, best ask (1e-6); 0 = empty
  limits = 3,             // detail LimitsKind; values: lower, upper limit price (1e-6); 0 = none
  instrument_status = 4,  // detail InstrumentStatus
  market_phase = 5,       // detail MarketPhase, market
  fx = 6,                 // instrument = SeriesId; value[0] = rate (1e-8)
  // detail FeedState; channel = which one; values: FeedStateValue. Of an instrument, if one is
  // named: `recovering` while its channel brings only prices of it that are refused, else `live`.
  feed_state = 7,
  timer = 8,          // value[0] = the instant (ns since epoch); made by the sequencer alone
  control = 9,        // an operator's request, laid out in control.h
  timetable = 10,     // market; value[0] = the instant at which its day ends (ns since epoch)
  price_collar = 11,  // of an instrument, or of every one of a market; value[0] = basis points
  fx_rule = 12,       // instrument = SeriesId; detail FxMode; value: stale after (ns), frozen from
  statistics_rule = 13,  // value[0] = 0: high and low follow every level; else the grid's pace (ns)
  // instrument = IndexId, kNoInstrument = all indices; values: level guard (bp, 0 = none), largest
  // pending impact of a quotable level (bp).
  belief_rule = 14,
  // An active channel reports its exchange time about once a second; value[0] = its lag (ms).
  channel_time = 15,
};

// What a price is, lowest precedence first (METHODOLOGY 4).
enum class PriceKind : std::uint8_t {
  previous_close =
      0,  // as the exchange publishes it, ex-adjusted; before the first trade of the day
  last = 1,
  nominal = 2,     // HKEX message 40 where a definition asks for it
  close = 3,       // official closing price
  overridden = 4,  // an operator's: in records only, no feed brings it
};

// What a feed knows of an instrument's book.
enum class QuoteKind : std::uint8_t {
  book = 0,  // the best quotes as they stand in continuous trading
  none = 1,  // no quotes that could be traded at: an auction, a halt, a book that is not known
};

// What an exchange says of a day's limit prices.
enum class LimitsKind : std::uint8_t {
  stated = 0,
  unlimited = 1,  // the security has none today, as on its first days
};

enum class InstrumentStatus : std::uint8_t {
  trading = 0,
  halted = 1,     // temporary: volatility interruption, intraday halt
  suspended = 2,  // all day
};

// State of a market, METHODOLOGY 5. A market that has not spoken yet is pre_open.
enum class MarketPhase : std::uint8_t {
  pre_open = 0,    // N: before its opening auction's result
  trading = 1,     // T
  scheduled = 2,   // B: scheduled break
  halt = 3,        // I: unscheduled halt
  closing = 4,     // C: over, closing prices coming in
  closed = 5,      // F: over, closing prices complete
  shut_today = 6,  // X
};

// State of a feed or of one of its channels.
enum class FeedState : std::uint8_t { down = 0, connecting, live, gap, recovering, stale };

// Places of MarketEvent::value that a feed_state uses.
enum FeedStateValue : std::size_t {
  // Used by gap and recovering. 1: every security of the channel becomes unheard, and each counts
  // again from its next price on. 0: no security counts until the channel is live.
  kBySecurity = 0,
  // Used by down. Channel that takes over the securities of this channel; 0: none.
  kSuccessor = 1,
};

// Units: prices 1e-6 of the listing currency, volumes whole shares, turnover 1e-4 of the listing
// currency, rates 1e-8.
struct MarketEvent {
  EventKind kind = EventKind::none;
  std::uint8_t detail = 0;
  MarketId market = kNoMarket;
  FeedId feed = 0;
  InstrumentId instrument = kNoInstrument;
  std::int64_t value[3] = {0, 0, 0};
  TimeNs exchange_time{};           // the venue's own stamp
  TimeNs receive_time{};            // when the bytes were taken from the network
  std::uint64_t feed_sequence = 0;  // the venue's sequence number, or a count where it has none
  std::uint32_t channel = 0;        // channel within the feed
  // The number of levels that an earlier price still deferred when the sequencer took this price or
  // quote. A replay takes the event at the same place (Engine::admit). A control event stores its
  // expected_version() here.
  std::uint32_t deferred_count = 0;

  // Returns the version of the target that the operator expects. Control events only.
  constexpr std::uint32_t expected_version() const { return deferred_count; }
  constexpr void set_expected_version(std::uint32_t version) { deferred_count = version; }
};

static_assert(sizeof(MarketEvent) == 64);
static_assert(std::is_trivially_copyable_v<MarketEvent>);

}  // namespace indexcast
