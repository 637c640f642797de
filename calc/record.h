// What the core says: fixed records of at most 192 bytes, written to the broadcast ring in order.
// A record is copied as 24 words, so every one is trivially copyable and free of pointers.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "calc/event.h"
#include "calc/fixed_point.h"
#include "calc/time.h"

namespace indexcast {

enum class RecordKind : std::uint8_t {
  none = 0,
  price_applied = 1,       // PriceApplied
  level_update = 2,        // LevelUpdate
  market_changed = 3,      // MarketChanged
  feed_changed = 4,        // FeedChanged
  tick = 5,                // TimerTick
  input_decision = 6,      // InputDecision
  control_done = 7,        // ControlDone
  correction = 8,          // Correction
  definition_changed = 9,  // DefinitionChanged
  status_changed = 10,     // StatusChanged
  pending_price = 11,      // PendingPrice
  control_effect = 12,     // ControlEffect
};

// METHODOLOGY 5.
enum class IndexStatus : std::uint8_t {
  pre_open = 0,
  indicative = 1,
  open = 2,
  scheduled_break = 3,  // published as "break"
  preliminary_close = 4,
  closed = 5,
  held = 6,
};

// Bits of LevelUpdate::flags, METHODOLOGY 5.
enum LevelFlag : std::uint32_t {
  kExceptionalRule = 1u << 0,
  kPartialMarket = 1u << 1,
  kFxStale = 1u << 2,
  kFeedStale = 1u << 3,
  kRecovering = 1u << 4,
  kOverrideInForce = 1u << 5,
  kCarriedForward = 1u << 6,
  kReferenceMismatch = 1u << 7,
  kPricePending = 1u << 8,
  kLevelGuard = 1u << 9,
  kStatisticsPartial = 1u << 10,
};

// Flags with which a level is never quotable. price_pending and reference_mismatch end it by what
// they may move, the others are said only (METHODOLOGY 8).
inline constexpr std::uint32_t kEndsQuotable =
    kExceptionalRule | kFxStale | kFeedStale | kRecovering | kLevelGuard;

// Largest LevelUpdate::pending_impact, which stands for anything larger too.
inline constexpr std::uint32_t kImpactMax = 1'000'000;
inline constexpr std::uint32_t kImpactPerBp = 100;

// Why a level was published.
enum class Cause : std::uint8_t {
  price = 0,
  fx = 1,
  market = 2,
  feed = 3,
  instrument_status = 4,
  start = 5,
  timer = 6,
  control = 7,
  quote = 8  // of a member, and a bid or ask level moved by it
};

// First in every record.
struct RecordHeader {
  RecordKind kind = RecordKind::none;
  std::uint8_t detail = 0;
  std::uint8_t detail2 = 0;
  std::uint8_t detail3 = 0;
  std::uint32_t id = 0;              // instrument, index, market or feed
  std::uint64_t input_sequence = 0;  // the input that caused it
};
static_assert(sizeof(RecordHeader) == 16);

// A price that the engine took, written before the levels it causes. detail = PriceKind,
// detail2 = InstrumentStatus, id = InstrumentId. 64 bytes.
struct PriceApplied {
  RecordHeader header{RecordKind::price_applied};
  Price price{};
  std::int64_t volume = 0;
  std::int64_t turnover = 0;  // 1e-4
  TimeNs exchange_time{};
  TimeNs receive_time{};
  std::uint64_t feed_sequence = 0;
};
static_assert(sizeof(PriceApplied) == 64);

// One published level, METHODOLOGY 8. detail = IndexStatus, detail2 = decimals, detail3 = Cause,
// id = IndexId. 192 bytes. A level field of 0 means "none yet".
struct LevelUpdate {
  RecordHeader header{RecordKind::level_update};
  std::uint32_t flags = 0;
  std::uint32_t definition_version = 0;
  std::uint64_t index_sequence = 0;  // per index, from 1, no hole
  Level level{};
  Level previous_close{};
  Level open{};
  Level high{};
  Level low{};
  Level close{};
  std::int64_t turnover = 0;                      // of the members, index currency, 1e-4
  InstrumentId cause_instrument = kNoInstrument;  // or the FX series
  FeedId cause_feed = kNoFeed;                    // that of start and timer
  bool quotable = false;
  // Largest lag of the channels of its members, ms; 65535 also stands for more.
  std::uint16_t lag_ms = 0;
  std::uint64_t cause_feed_sequence = 0;
  TimeNs exchange_time{};           // of the causing input
  TimeNs receive_time{};            // of the causing input
  TimeNs calculation_time{};        // stamped outside the core, when the record left it
  std::uint16_t weight_opened = 0;  // basis points of today's reference weights
  std::uint16_t weight_fresh = 0;
  std::uint16_t weight_suspended = 0;
  std::uint16_t weight_live = 0;
  FxRate fx_rate{};  // of the index's first foreign currency; 0 = none
  std::uint32_t fx_age_ms = 0;
  Date trade_date = 0;
  Level bid{};  // where the definition has bid_ask
  Level ask{};
  FxRate fx_rate_2{};            // of its second foreign currency
  std::int64_t cause_value = 0;  // the price (1e-6) or rate (1e-8) that produced the level
  // Basis points of today's reference weights whose bid and ask are best quotes; the rest of `bid`
  // and `ask` is limit prices and prices in force (METHODOLOGY 5).
  std::uint16_t weight_bid_quoted = 0;
  std::uint16_t weight_ask_quoted = 0;
  // How far the prices that wait and the reference prices in doubt would move the level together,
  // absolute moves added, 0.01 bp, rounded up, kImpactMax at most.
  std::uint32_t pending_impact = 0;

  IndexStatus status() const { return static_cast<IndexStatus>(header.detail); }
  int decimals() const { return header.detail2; }
  Cause cause() const { return static_cast<Cause>(header.detail3); }
};
static_assert(sizeof(LevelUpdate) == 192);

// Why a market entered a phase.
enum class PhaseCause : std::uint8_t {
  input = 0,             // its venue, or the calendar, said so
  closes_complete = 1,   // closing: every member's closing price is in
  close_deadline = 2,    // closing: the deadline passed without all of them
  never_closed = 3,      // its timetable's end and the deadline passed, and it never said it closed
  never_opened = 4,      // its timetable's end passed, and it never opened
  against_calendar = 5,  // its venue trades though the calendar says that it is shut
};

// A market entered a phase. detail = MarketPhase, detail2 = PhaseCause, id = MarketId.
struct MarketChanged {
  RecordHeader header{RecordKind::market_changed};
  TimeNs exchange_time{};
  TimeNs receive_time{};
};

// A feed, or one channel of it, changed state. detail = FeedState, id = FeedId.
struct FeedChanged {
  RecordHeader header{RecordKind::feed_changed};
  std::uint32_t channel = 0;
  std::uint32_t reserved = 0;
  TimeNs receive_time{};
};

// The core's timer reached an instant; publishers make heartbeats of it.
struct TimerTick {
  RecordHeader header{RecordKind::tick};
  TimeNs instant{};
};

// What input control decided about a price or a rate.
enum class Decision : std::uint8_t { pending = 0, accepted = 1, refused = 2 };

// Why (METHODOLOGY 4).
enum class DecisionReason : std::uint8_t {
  not_positive = 0,
  overflow_code = 1,   // a field of nines
  beyond_bound = 2,    // more than 1000 x the day's reference
  outside_collar = 3,  // too far from the last usable price
  outside_limits = 4,  // beyond the exchange's own limit prices
  fx_guard = 5,        // too far from the last accepted one
  traded_again = 6,    // a later message near the pending price shows more volume
  waited = 7,          // the feed was live and brought no price inside the collar
  back_inside = 8,     // a price inside the collar came
  by_operator = 9,
  far = 10,                // beyond what a witness can confirm: waits for an operator
  stays_outside = 11,      // ten messages over a minute, all outside on the same side
  official_close = 12,     // an official close near the pending price
  resumed = 13,            // a far price of a security that resumed, five witnesses over a minute
  reference_outside = 14,  // a previous close of the exchange outside the collar of ours
  jumped = 15,             // the level guard's: one price moved a level too far at once
  repeated = 16,           // a later message repeated that price
  came_back = 17,          // the price returned to the one before
  unrepeated = 18,         // neither, within a minute
  out_of_order = 19,       // for a while every price of it was older, or had less volume
  late_close = 20,         // an official close after a level closed without it
};
inline constexpr std::size_t kDecisionReasonCount = 21;

enum class DecisionSubject : std::uint8_t {
  price = 0,
  rate = 1,
  level_guard = 2,
  close = 3,  // an official close that came too late
  order = 4,  // prices of an instrument that come out of order
};

// Input control kept a price or rate back, took it after all, or refused it. detail = Decision,
// detail2 = DecisionReason, detail3 = DecisionSubject, id = InstrumentId or SeriesId. 64 bytes.
struct InputDecision {
  RecordHeader header{RecordKind::input_decision};
  std::int64_t value = 0;      // price 1e-6 or rate 1e-8
  std::int64_t reference = 0;  // what it was held against, in the same unit
  std::int64_t volume = 0;     // traded up to it
  TimeNs exchange_time{};
  TimeNs receive_time{};
  std::uint64_t feed_sequence = 0;
};
static_assert(sizeof(InputDecision) == 64);

// The same for one index that holds the member, when a price begins to wait or no longer does, and
// when the level guard begins and ends. detail = Decision, detail2 = DecisionReason, detail3 =
// DecisionSubject (price, level_guard or close), id = IndexId.
struct PendingPrice {
  RecordHeader header{RecordKind::pending_price};
  std::uint64_t record_sequence = 0;
  InstrumentId instrument = kNoInstrument;
  // How far the price alone moves the level from what it is without it, 0.01 bp, kImpactMax at
  // most.
  std::uint32_t impact = 0;
  Price price{};
  Price reference{};  // what it was held against
  TimeNs exchange_time{};
  TimeNs receive_time{};
};
static_assert(sizeof(PendingPrice) == 64);

// An operator's request was carried out or refused. detail = ControlOp, detail2 = ControlOutcome,
// id = the target.
struct ControlDone {
  RecordHeader header{RecordKind::control_done};
  std::uint64_t control_id = 0;
  std::uint32_t version = 0;  // of the target, afterwards
  std::uint32_t expected_version = 0;
  std::int64_t value = 0;
  TimeNs receive_time{};
};

// What a judged request (calc/control.h) does to one index, written before its ControlDone and
// before the levels that it causes. detail = ControlOp, detail2 = decimals, id = IndexId.
struct ControlEffect {
  RecordHeader header{RecordKind::control_effect};
  std::uint64_t control_id = 0;
  Level before{};
  Level after{};
  // With the value that waits, of a request to refuse it; 0: none is refused.
  Level if_accepted{};
  TimeNs receive_time{};
};

// Those of an index that stand beside its levels (StatusChanged, DefinitionChanged, Correction,
// PendingPrice) are numbered together from 1, without a hole, in `record_sequence`.

// Status, flags or quotable of an index are no longer those of its level before. Written after the
// level that has them first. detail = IndexStatus, detail2 = the one before, detail3 = Cause, id =
// IndexId.
struct StatusChanged {
  RecordHeader header{RecordKind::status_changed};
  std::uint64_t record_sequence = 0;
  std::uint64_t index_sequence = 0;  // of that level
  std::uint32_t flags = 0;
  std::uint32_t previous_flags = 0;
  bool quotable = false;
  bool previous_quotable = false;
  std::uint16_t reserved = 0;
  std::uint32_t reserved_2 = 0;
  TimeNs exchange_time{};  // of the causing input
  TimeNs receive_time{};
};
static_assert(sizeof(StatusChanged) == 64);

// A close that was published wrong: never rewritten, both values stand. detail2 = decimals,
// id = IndexId.
struct Correction {
  RecordHeader header{RecordKind::correction};
  std::uint64_t control_id = 0;
  std::uint64_t from_sequence = 0;  // the index's levels that it is about
  std::uint64_t to_sequence = 0;
  Level published{};  // the close as it was published; 0 = none yet
  Level corrected{};
  TimeNs receive_time{};
  std::uint64_t record_sequence = 0;
};

// A version of an index's definition is in force; the index's next level is of it. The first record
// of every index (definition set 0, control_id 0) says what the day began with. id = IndexId.
struct DefinitionChanged {
  RecordHeader header{RecordKind::definition_changed};
  std::uint64_t control_id = 0;
  std::uint32_t definition_set = 0;  // number of the day's set, from 0
  std::uint32_t version = 0;
  TimeNs receive_time{};
  std::uint64_t record_sequence = 0;
};

// Whether records of this kind go into the event ring: one for every change, never conflated.
constexpr bool is_event(RecordKind kind) {
  return kind == RecordKind::status_changed || kind == RecordKind::definition_changed ||
         kind == RecordKind::correction || kind == RecordKind::pending_price;
}

// Whether a record has a place in the one stream of levels, prices and the rest. What a status says
// stands in the level before it too.
constexpr bool is_streamed(RecordKind kind) { return kind != RecordKind::status_changed; }

inline constexpr std::size_t kRecordWords = 24;

// A record of any kind as the ring holds it.
struct Record {
  std::array<std::uint64_t, kRecordWords> words{};

  RecordKind kind() const { return static_cast<RecordKind>(words[0] & 0xff); }

  template <class T>
  static Record of(const T& value) {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Record));
    Record record;
    std::memcpy(record.words.data(), &value, sizeof(T));
    return record;
  }

  // The record as T; the caller has looked at kind().
  template <class T>
  T as() const {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(Record));
    T value;
    std::memcpy(static_cast<void*>(&value), words.data(), sizeof(T));
    return value;
  }
};
static_assert(sizeof(Record) == 192);
static_assert(std::endian::native == std::endian::little,
              "Record::kind reads the low byte of word 0");

}  // namespace indexcast
