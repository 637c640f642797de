// The engine's second half: from a changed sum or quality to the published record.
#include <algorithm>
#include <limits>

#include "calc/engine.h"

namespace indexcast {
namespace {

// The states of ten thousand indices do not fit the nearest caches, and the holders of an
// instrument are known in advance. So many levels take about as long as memory does.
constexpr std::size_t kPrefetchAhead = 4;
constexpr std::size_t kPrefetchStep = 64;  // bytes, a cache line

// A timer may end a market's day or believe a price, so the level's cause does not decide. Whatever
// feed the timer names: older journals name feed 0 there.
constexpr bool brought_by_feed(const MarketEvent& event) {
  return event.kind != EventKind::none && event.kind != EventKind::timer;
}

}  // namespace

void Engine::refresh_holders(InstrumentId id, bool changed, Cause cause) {
  const auto holders = universe_->memberships(id);
  for (std::size_t i = 0; i < holders.size(); ++i) {
    prefetch_after(holders, i);
    refresh(holders[i].index, changed, cause);
  }
}

void Engine::prefetch_after(std::span<const Membership> holders, std::size_t at) const {
  if (at + kPrefetchAhead < holders.size()) prefetch(holders[at + kPrefetchAhead].index);
}

void Engine::prefetch(IndexId id) const {
  const char* const state = reinterpret_cast<const char*>(&indices_[id]);
  for (std::size_t at = 0; at < sizeof(IndexState); at += kPrefetchStep)
    __builtin_prefetch(state + at);
  sums_.prefetch(id);
}

void Engine::refresh_market(MarketId market, Cause cause) {
  for (IndexId id = 0; id < indices_.size(); ++id) {
    if (!(universe_->markets_of(id) >> market & 1u)) continue;
    indices_[id].quality_due = true;
    refresh(id, false, cause);
  }
}

void Engine::refresh(IndexId id, bool changed, Cause cause) {
  IndexState& index = indices_[id];
  index.level_due |= changed;
  index.quality_due |= index.in_doubt;
  if (index.held) [[unlikely]]
    return refresh_held(id, index, cause);
  if (index.level_due) derive_level(id, index);
  const bool moved = index.quality_due && update_quality(id, index);
  const bool requoted = index.bid_ask && derive_quotes(id, moved || changed);
  if (moved || changed || requoted) publish(id, index, cause);
}

// Its status stays `held` whatever its markets do, and it is not quotable: the flags are all that a
// subscriber who waits for the release can act on. They come with the weights of the moment.
void Engine::refresh_held(IndexId id, IndexState& index, Cause cause) {
  if (!index.quality_due) return;
  index.quality_due = false;
  update_weights(index);
  update_doubt(id, index);
  const PhaseSet phases = phases_of(id);
  const std::uint32_t flags = flags_of(id, index, phases, fx_stands(phases));
  if (flags == index.flags) return;
  index.flags = flags;
  publish(id, index, cause);
}

void Engine::update_weights(IndexState& index) const {
  index.opened_bp = index.members.basis_points(kOpened);
  index.fresh_bp = index.members.basis_points(kFresh);
  index.suspended_bp = index.members.basis_points(kSuspended);
  index.live_bp = index.members.basis_points(kLive);
}

void Engine::update_doubt(IndexId id, IndexState& index) const {
  index.in_doubt = index.members.any(kPending) || index.members.any(kMismatched);
  index.pending_impact = index.in_doubt ? pending_impact_of(id) : 0;
}

// Whether a market of the index is halted, or did not open, though its timetable lets it trade.
bool Engine::stands_still(IndexId id, PhaseSet phases) const {
  if (phases & phase_bit(MarketPhase::halt)) return true;
  const std::uint32_t held = universe_->markets_of(id);
  for (MarketId market = 0; market < kMaxMarkets; ++market) {
    if (held >> market & 1u && markets_[market].never_opened) return true;
  }
  return false;
}

void Engine::derive_level(IndexId id, IndexState& index) {
  const LevelDivider::Result result = sums_.level(id);
  if (!result.estimated) [[unlikely]]
    counters_->add(CoreCounter::inexact_estimates);
  index.quality_due |= index.level.raw == 0;  // a fund worth nothing until now may open
  index.level = result.level;
  index.level_due = false;
}

// True when something that a subscriber acts on moved: status, flags, quotable, the open or the
// close.
bool Engine::update_quality(IndexId id, IndexState& index) {
  const PhaseSet phases = phases_of(id);
  const IndexStatus status = status_in(id, phases);
  const bool opens = open_is_due(index, phases);
  if (opens && opens_without_members(index)) index.statistics_partial = true;
  const std::uint32_t flags = flags_of(id, index, phases, fx_stands(phases));
  update_weights(index);
  update_doubt(id, index);
  const bool quotable = status == IndexStatus::open && (flags & kEndsQuotable) == 0 &&
                        index.live_bp >= settings_.quotable_live_bp &&
                        index.pending_impact <= index.pending_impact_bp * kImpactPerBp &&
                        !((flags & kPartialMarket) && stands_still(id, phases));
  const bool moved =
      status != index.status || flags != index.flags || quotable != index.quotable || opens;
  if (opens) index.open = index.high = index.low = index.level;
  if (status == IndexStatus::closed && index.status != IndexStatus::closed)
    index.close = index.level;
  index.status = status;
  index.flags = flags;
  index.quotable = quotable;
  index.quality_due = false;
  return moved;
}

// A market whose closing prices are coming in is over for an index that has all of its own.
MarketPhase Engine::phase_seen(IndexId id, MarketId market) const {
  const MarketPhase phase = markets_[market].phase;
  const bool complete = phase == MarketPhase::closing && closes_awaited_[id][market] == 0;
  return complete ? MarketPhase::closed : phase;
}

PhaseSet Engine::phases_of(IndexId id) const {
  PhaseSet phases = 0;
  const std::uint32_t held = universe_->markets_of(id);
  for (MarketId market = 0; market < kMaxMarkets; ++market) {
    if (held >> market & 1u) phases |= phase_bit(phase_seen(id, market));
  }
  return phases;
}

// An index has no session but its markets'; a fund has that of the market where it is listed.
IndexStatus Engine::status_in(IndexId id, PhaseSet phases) const {
  const MarketId session = indices_[id].session;
  return session == kNoMarket ? status_of(phases) : fund_status_of(phase_seen(id, session), phases);
}

std::uint32_t Engine::flags_of(IndexId id, const IndexState& index, PhaseSet phases,
                               bool rates_stand) const {
  std::uint32_t flags = rate_flags_of(id, rates_stand);
  if (phases & (phase_bit(MarketPhase::shut_today) | phase_bit(MarketPhase::halt)))
    flags |= kPartialMarket;
  if (index.exceptional_rule) flags |= kExceptionalRule;
  if (index.members.any(kOverridden)) flags |= kOverrideInForce;
  if (index.members.any(kMismatched)) flags |= kReferenceMismatch;
  if (index.members.any(kPending)) flags |= kPricePending;
  if (index.guards != 0) flags |= kLevelGuard;
  if (index.members.has_weight(kOutOfTouch)) flags |= kFeedStale;
  if (index.members.any(kIncomplete)) flags |= kRecovering;
  if (index.statistics_partial) flags |= kStatisticsPartial;
  if (index.carried_forward) flags |= kCarriedForward;
  return flags;
}

// An open that could not be seen is never due.
bool Engine::open_is_due(const IndexState& index, PhaseSet phases) const {
  if (index.is_open() || index.statistics_partial || index.level.raw == 0) return false;
  const bool auction_over = (phases & phase_bit(MarketPhase::pre_open)) == 0 &&
                            phases != phase_bit(MarketPhase::shut_today);
  return (auction_over && !index.members.any(kAwaited)) ||
         (exchange_now_.ns != 0 && exchange_now_ >= open_deadline_);
}

// The deadline passes while a feed is away or a price waits: those members open at older prices.
bool Engine::opens_without_members(const IndexState& index) const {
  return index.members.any(kPending) ||
         (index.members.any(kAwaited) &&
          (index.members.any(kOutOfTouch) || index.members.any(kIncomplete)));
}

void Engine::publish(IndexId id, IndexState& index, Cause cause) {
  if (statistics_grid_ns_ == 0 && index.statistics_run()) index.follow(index.level);
  LevelUpdate update;
  update.header.detail = static_cast<std::uint8_t>(index.status);
  update.header.detail2 = index.decimals;
  update.header.detail3 = static_cast<std::uint8_t>(cause);
  update.header.id = id;
  update.header.input_sequence = input_sequence_;
  update.flags = index.flags;
  update.definition_version = index.version;
  update.index_sequence = ++index.sequence;
  update.level = index.level;
  update.previous_close = index.previous_close;
  update.open = index.open;
  update.high = index.high;
  update.low = index.low;
  update.close = index.close;
  update.turnover = turnover_of(id);
  update.cause_instrument = event_->instrument;
  update.cause_feed = brought_by_feed(*event_) ? event_->feed : kNoFeed;
  update.cause_value = event_->value[0];
  update.quotable = index.quotable;
  update.cause_feed_sequence = event_->feed_sequence;
  update.exchange_time = event_->exchange_time;
  update.receive_time = event_->receive_time;
  update.weight_opened = index.opened_bp;
  update.weight_fresh = index.fresh_bp;
  update.weight_suspended = index.suspended_bp;
  update.weight_live = index.live_bp;
  update.pending_impact = index.pending_impact;
  update.lag_ms = lags_.largest(index.channels);
  update.trade_date = settings_.trade_date;
  fill_fx(id, index, update);
  if (index.bid_ask) fill_quotes(id, update);
  counters_->add(CoreCounter::levels_published);
  sink_->write(update);
  if (index.published_status != index.current_status()) [[unlikely]]
    publish_status(id, index, cause);
}

void Engine::publish_status(IndexId id, IndexState& index, Cause cause) {
  StatusChanged record;
  record.header.detail = static_cast<std::uint8_t>(index.status);
  record.header.detail2 = static_cast<std::uint8_t>(index.published_status.status);
  record.header.detail3 = static_cast<std::uint8_t>(cause);
  record.header.id = id;
  record.header.input_sequence = input_sequence_;
  record.record_sequence = ++index.records;
  record.index_sequence = index.sequence;
  record.flags = index.flags;
  record.previous_flags = index.published_status.flags;
  record.quotable = index.quotable;
  record.previous_quotable = index.published_status.quotable;
  record.exchange_time = event_->exchange_time;
  record.receive_time = event_->receive_time;
  index.published_status = index.current_status();
  sink_->write(Record::of(record));
}

void Engine::write_definition(IndexId id, std::uint64_t control_id) {
  DefinitionChanged record;
  record.header.id = id;
  record.header.input_sequence = input_sequence_;
  record.control_id = control_id;
  record.definition_set = definition_set();
  record.version = indices_[id].version;
  record.receive_time = event_->receive_time;
  record.record_sequence = ++indices_[id].records;
  sink_->write(Record::of(record));
}

// Where statistics come from the grid, what an instant finds is published when it is a new high or
// low (METHODOLOGY 5).
void Engine::follow_grid(TimeNs instant) {
  if (statistics_grid_ns_ == 0 || instant.ns % statistics_grid_ns_ != 0) return;
  for (IndexId id = 0; id < indices_.size(); ++id) {
    IndexState& index = indices_[id];
    if (index.statistics_run() && index.follow(index.level)) publish(id, index, Cause::timer);
  }
}

LevelRates Engine::rates_of(IndexId id) const {
  const auto legs = universe_->legs_of(id);
  LevelRates rates;
  if (legs.size() < 2) return rates;
  rates.first = sums_.rate(legs[1]);
  rates.first_time = rates_.rate_time(universe_->legs()[legs[1]].series);
  if (legs.size() > 2) rates.second = sums_.rate(legs[2]);
  return rates;
}

// A frozen level keeps the rates that made it.
void Engine::fill_fx(IndexId id, const IndexState& index, LevelUpdate& update) const {
  const LevelRates rates = index.held ? index.held_rates : rates_of(id);
  update.fx_rate = rates.first;
  update.fx_rate_2 = rates.second;
  if (rates.first_time.ns != 0 && event_->receive_time > rates.first_time) {
    constexpr std::int64_t kMaxAgeMs = std::numeric_limits<std::uint32_t>::max();
    const std::int64_t age_ms = (event_->receive_time - rates.first_time) / kNsPerMs;
    update.fx_age_ms = static_cast<std::uint32_t>(std::min(age_ms, kMaxAgeMs));
  }
}

// Kept with each change, because every level asks. Towards zero.
void Engine::convert_turnover(std::uint32_t leg) {
  const FxRate rate = sums_.rate(leg);
  leg_turnover_converted_[leg] =
      rate == kFxOne ? leg_turnover_[leg] : leg_turnover_[leg] * rate.raw / kFxOne.raw;
}

std::int64_t Engine::turnover_of(IndexId id) const {
  Int128 sum = 0;
  for (const std::uint32_t leg : universe_->legs_of(id)) sum += leg_turnover_converted_[leg];
  return static_cast<std::int64_t>(sum);
}

}  // namespace indexcast
