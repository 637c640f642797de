#include "calc/engine.h"

namespace indexcast {
namespace {

// Resolution of a member's weight: so many units at most for the whole index, ten thousand times
// which still fit 64 bits.
constexpr std::int64_t kWeightUnits = 1'000'000'000'000'000;

// A power of ten, so that the weights of round capitalisations are exact, and a half of a basis
// point is one.
constexpr Int128 weight_unit(Int128 priced) {
  Int128 unit = 1;
  while (priced / unit >= kWeightUnits) unit *= 10;
  return unit;
}

// After so long without an exchange time of any feed it is estimated from the receive clock.
constexpr std::int64_t kEstimateAfterNs = 60 * kNsPerSecond;

// Exchange time that leaps further needs a second event to confirm it. Longer than any pause
// between two messages of a trading market.
constexpr std::int64_t kLeapNs = 1800 * kNsPerSecond;

// A source of rates keeps its own time, and a request carries its expiry there.
constexpr bool carries_exchange_time(EventKind kind) {
  return kind != EventKind::fx && kind != EventKind::control;
}

}  // namespace

Engine::Engine(const Universe& universe, const EngineSettings& settings, RecordSink& sink,
               CoreCounters& counters)
    : universe_(&universe),
      settings_(settings),
      sink_(&sink),
      counters_(&counters),
      sums_(universe),
      instruments_(universe.instruments().size()),
      weight_units_(universe.memberships().size()),
      leg_units_(universe.legs().size()),
      indices_(universe.indices().size()),
      quote_sums_(universe),
      quotes_(universe.instruments().size()),
      index_quotes_(universe.indices().size()),
      rates_(universe.series()),
      series_versions_(universe.series().size()),
      pending_(universe.instruments().size(), settings.pending_wait_ns),
      guard_(universe.instruments().size()),
      guarded_(universe.memberships().size()),
      leg_doubt_(universe.legs().size()),
      leg_turnover_(universe.legs().size()),
      leg_turnover_converted_(universe.legs().size()),
      closes_awaited_(universe.indices().size()),
      open_deadline_(settings.trade_date == 0
                         ? kNoDeadline
                         : china_time(settings.trade_date, settings.open_deadline_ms)) {
  for (InstrumentId id = 0; id < instruments_.size(); ++id)
    instruments_[id].usable = instruments_[id].centre = instruments_[id].base =
        universe.instruments()[id].reference_price;
  init_members();
  init_quotes();
  for (InstrumentId id = 0; id < instruments_.size(); ++id) update_flags(id);
  find_next_deadline();
}

void Engine::init_members() {
  // Weights are of what is priced, at reference prices and the previous close's rates.
  std::vector<Int128> unit(indices_.size());
  for (IndexId id = 0; id < indices_.size(); ++id) {
    Int128 priced = 0;
    for (const std::uint32_t leg : universe_->legs_of(id))
      priced += sums_.priced(leg) * universe_->legs()[leg].close_fx.raw;
    unit[id] = weight_unit(priced);
  }
  std::vector<std::uint64_t> totals(indices_.size());
  std::uint64_t* units = weight_units_.data();
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    markets_[universe_->instruments()[id].market].in_use = true;
    for (const Membership& m : universe_->memberships(id)) {
      const Int128 cap = static_cast<Int128>(sums_.price(id).raw) * m.shares.raw *
                         universe_->legs()[m.leg].close_fx.raw;
      *units = static_cast<std::uint64_t>(cap / unit[m.index]);
      leg_units_[m.leg] += *units;
      totals[m.index] += *units++;
    }
  }
  for (IndexId id = 0; id < indices_.size(); ++id) {
    const IndexDefinition& definition = universe_->indices()[id];
    IndexState& index = indices_[id];
    index.members.set_total(totals[id]);
    index.decimals = static_cast<std::uint8_t>(definition.decimals);
    index.version = definition.version;
    index.previous_close = definition.previous_close;
    if (!definition.fund) continue;
    // A fund's own market decides about it even when it prices nothing there.
    index.session = definition.fund->venue;
    markets_[index.session].in_use = true;
  }
}

void Engine::start() {
  const MarketEvent nothing{};
  event_ = &nothing;
  for (IndexId id = 0; id < indices_.size(); ++id) {
    write_definition(id, 0);
    refresh(id, true, Cause::start);
  }
  event_ = nullptr;
}

void Engine::apply(const MarketEvent& event, std::uint64_t input_sequence) {
  admit(event, input_sequence);
  publish_deferred(0);
}

void Engine::admit(const MarketEvent& event, std::uint64_t input_sequence) {
  if (deferred_.left > 0) [[unlikely]]
    flush_before(event);
  event_ = &event;
  input_sequence_ = input_sequence;
  if (event.exchange_time > reported_time_ && carries_exchange_time(event.kind))
    follow_exchange_time(event.exchange_time, event.receive_time);
  if (event.kind == EventKind::timer) estimate_exchange_time(event.receive_time);
  if (exchange_now_ >= next_deadline_) pass_deadlines();
  // A market that is about to end looks at every index after each input.
  may_defer_ = !(phases_ & phase_bit(MarketPhase::closing));
  take_input(event);
  if (phases_ & phase_bit(MarketPhase::closing)) finish_closing_markets();
  event_ = nullptr;
}

void Engine::take_input(const MarketEvent& event) {
  switch (event.kind) {
    case EventKind::price:
      apply_price(event);
      break;
    case EventKind::quote:
      apply_quote(event);
      break;
    case EventKind::limits:
      apply_limits(event);
      break;
    case EventKind::instrument_status:
      apply_status(event);
      break;
    case EventKind::market_phase:
      apply_phase(event);
      break;
    case EventKind::fx:
      apply_rate(event);
      break;
    case EventKind::feed_state:
      apply_feed_state(event);
      break;
    case EventKind::timetable:
      apply_timetable(event);
      break;
    case EventKind::timer:
      apply_timer(event);
      break;
    case EventKind::price_collar:
      apply_collar(event);
      break;
    case EventKind::fx_rule:
      apply_fx_rule(event);
      break;
    case EventKind::channel_time:
      apply_channel_time(event);
      break;
    case EventKind::belief_rule:
      apply_belief_rule(event);
      break;
    case EventKind::statistics_rule:
      apply_statistics_rule(event);
      break;
    case EventKind::control:
      apply_control(event);
      break;
    default:
      counters_->add(CoreCounter::unknown_rejected);
  }
}

// A leap needs a second event that says the same: one wrong stamp must not end a market's day.
void Engine::follow_exchange_time(TimeNs time, TimeNs receive_time) {
  const bool first = reported_time_.ns == 0;
  const bool leap = time - exchange_now_ > kLeapNs && !(first && exchange_now_.ns != 0);
  const bool confirmed = time - claimed_time_ <= kLeapNs && claimed_time_ - time <= kLeapNs;
  claimed_time_ = time;
  if (leap && !confirmed) return;
  if (exchange_now_.ns == 0) began_ = time;
  exchange_now_ = first ? time : std::max(exchange_now_, time);
  reported_time_ = time;
  reported_at_ = receive_time;
}

// While no feed says a time, a market's end and the deadline for its closing prices must pass all
// the same. A host that runs a simulated day of another date knows nothing before the first stamp.
void Engine::estimate_exchange_time(TimeNs now) {
  if (reported_time_.ns == 0 &&
      (settings_.trade_date == 0 || china_date(now) != settings_.trade_date))
    return;
  if (reported_at_.ns == 0) reported_at_ = now;
  if (now - reported_at_ < kEstimateAfterNs) return;
  const TimeNs estimate = reported_time_.ns == 0 ? now : reported_time_ + (now - reported_at_);
  if (exchange_now_.ns == 0) began_ = estimate;
  exchange_now_ = std::max(exchange_now_, estimate);
}

void Engine::apply_price(const MarketEvent& event) {
  const InstrumentId id = event.instrument;
  if (id >= instruments_.size() || event.detail > static_cast<std::uint8_t>(PriceKind::close)) {
    return counters_->add(CoreCounter::unknown_rejected);
  }
  const auto kind = static_cast<PriceKind>(event.detail);
  if (kind == PriceKind::close && event.value[0] == 0) return take_without_close(id, event);
  if (refuse_unusable(id, event)) return counters_->add(CoreCounter::price_rejected);
  if (instruments_[id].pending) [[unlikely]]
    pending_.count_time(id, event.receive_time, feed_is_live(id));
  const bool image_arrived = note_image(id, event.channel);
  const MarketPhase phase = markets_[universe_->instruments()[id].market].phase;
  const bool ended = phase == MarketPhase::closing || phase == MarketPhase::closed;
  const bool late = ended && refuse_late(id, event);
  const bool passes = kind != PriceKind::previous_close || passes_reference(id, event);
  if (late || outranked(instruments_[id], kind)) {
    counters_->add(CoreCounter::price_superseded);
  } else if (!passes || (kind != PriceKind::previous_close && !passes_collar(id, event))) {
    counters_->add(CoreCounter::price_pending);
  } else {
    const bool changed = take_price(id, event);
    counters_->add(changed ? CoreCounter::price_applied : CoreCounter::price_unchanged);
    if (may_defer_ && universe_->memberships(id).size() > DeferredLevels::kPiece) [[unlikely]]
      return defer_levels(event, changed);
    return refresh_holders(id, changed, Cause::price);
  }
  // What is not taken may still be the image that was missing, or another doubt.
  const InstrumentState& state = instruments_[id];
  if (update_flags(id) || image_arrived || state.pending || state.reference_mismatch)
    refresh_holders(id, false, Cause::price);
}

// Its channel brought an image of the instrument: whatever was lost before is made up for. Whether
// that changes anything.
bool Engine::note_image(InstrumentId id, std::uint32_t channel) {
  InstrumentState& state = instruments_[id];
  if (!(state.unheard | state.quote_unheard)) [[likely]]
    return false;
  const bool of_quote =
      markets_[universe_->instruments()[id].market].channels.is(quotes_[id].channel, channel);
  state.unheard = false;
  if (of_quote) state.quote_unheard = false;
  return true;
}

// A previous close gives way to any price of today, and the official close to nothing.
bool Engine::outranked(const InstrumentState& state, PriceKind kind) const {
  if (kind == PriceKind::close) return false;
  return state.has_close ||
         (kind == PriceKind::previous_close && state.kind != PriceKind::previous_close);
}

bool Engine::take_price(InstrumentId id, const MarketEvent& event, bool judged) {
  InstrumentState& state = instruments_[id];
  const auto kind = static_cast<PriceKind>(event.detail);
  const Price price{event.value[0]};
  state.usable = price;
  if (kind != PriceKind::previous_close) {
    state.centre = price;
    note_channel(id, event.channel);
  }
  mark_received(id, kind);
  add_turnover(id, event.value[2]);
  const bool changed = !state.overridden && put_in_force(id, price);
  if (kind != PriceKind::previous_close) watch_move(id, event, judged && !state.overridden);
  update_flags(id);
  if (!state.overridden) write_price_applied(id, kind, event);
  return changed;
}

// The caller updates the flags afterwards.
bool Engine::put_in_force(InstrumentId id, Price price) {
  if (price == sums_.price(id)) return false;
  sums_.set_price(id, price);
  return true;
}

void Engine::note_channel(InstrumentId id, std::uint32_t channel) {
  InstrumentState& state = instruments_[id];
  ChannelStates& channels = markets_[universe_->instruments()[id].market].channels;
  if (channels.is(state.channel, channel)) return;
  state.channel = channels.place(channel);
  if (!channels.is(state.channel, channel)) counters_->add(CoreCounter::channel_unplaced);
  depend_on(id, lags_.channel(universe_->instruments()[id].market, channel));
}

void Engine::depend_on(InstrumentId id, ChannelLags::Set channel) {
  for (const Membership& m : universe_->memberships(id)) indices_[m.index].channels |= channel;
}

void Engine::mark_received(InstrumentId id, PriceKind kind) {
  InstrumentState& state = instruments_[id];
  const bool of_today = kind != PriceKind::previous_close;
  const MarketPhase phase = markets_[universe_->instruments()[id].market].phase;
  state.received_today = true;
  if (of_today) state.kind = kind;
  if (kind == PriceKind::close) state.has_close = true;
  if (of_today || phase != MarketPhase::pre_open) state.received_after_open = true;
}

void Engine::add_turnover(InstrumentId id, std::int64_t turnover) {
  InstrumentState& state = instruments_[id];
  // Cumulative, and less after a cancelled trade; a message that says nothing of it says 0.
  if (turnover <= 0 || turnover == state.turnover) return;
  for (const Membership& m : universe_->memberships(id)) {
    leg_turnover_[m.leg] += turnover - state.turnover;
    convert_turnover(m.leg);
  }
  state.turnover = turnover;
}

bool Engine::update_flags(InstrumentId id) {
  InstrumentState& state = instruments_[id];
  const MarketState& market = markets_[universe_->instruments()[id].market];
  if (state.quotes_wanted) requote(id);
  if (state.pending | state.reference_mismatch | (state.doubt != 0)) [[unlikely]]
    note_doubt(id);
  const std::uint16_t before = state.member_flags;
  const std::uint16_t now = member_flags_of(state, market);
  if (now == before) return false;
  state.member_flags = now;
  if ((now ^ before) & kCloseAwaited) [[unlikely]]
    move_awaited_close(id, now & kCloseAwaited ? 1u : ~0u);
  const std::uint64_t* units = weight_units_.data() + universe_->first_membership(id);
  for (const Membership& m : universe_->memberships(id)) {
    IndexState& index = indices_[m.index];
    index.members.move(*units++, before, now);
    index.quality_due = true;
  }
  return true;
}

void Engine::write_price_applied(InstrumentId id, PriceKind kind, const MarketEvent& event) {
  PriceApplied record;
  record.header.detail = static_cast<std::uint8_t>(kind);
  record.header.detail2 = static_cast<std::uint8_t>(instruments_[id].status);
  record.header.id = id;
  record.header.input_sequence = input_sequence_;
  record.price = Price{event.value[0]};
  record.volume = event.value[1];
  record.turnover = event.value[2];
  record.exchange_time = event.exchange_time;
  record.receive_time = event.receive_time;
  record.feed_sequence = event.feed_sequence;
  sink_->write(Record::of(record));
}

// Limits that cannot be right are in doubt, and are not used.
void Engine::apply_limits(const MarketEvent& event) {
  const std::int64_t lower = event.value[0];
  const std::int64_t upper = event.value[1];
  const bool sane = event.detail <= static_cast<std::uint8_t>(LimitsKind::unlimited) &&
                    lower >= 0 && upper >= 0 && (upper == 0 || lower <= upper);
  if (!sane || event.instrument >= instruments_.size())
    return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  InstrumentState& state = instruments_[event.instrument];
  PriceCollar& collar = state.collar;
  collar.unlimited = event.detail == static_cast<std::uint8_t>(LimitsKind::unlimited);
  state.limits_mismatch = collar.set_limits(Price{collar.unlimited ? 0 : lower},
                                            Price{collar.unlimited ? 0 : upper}, state.base);
  if (update_flags(event.instrument)) return refresh_holders(event.instrument, false, Cause::quote);
  if (state.quotes_wanted) refresh_quoted(event.instrument);
}

void Engine::apply_status(const MarketEvent& event) {
  const InstrumentId id = event.instrument;
  if (id >= instruments_.size() ||
      event.detail > static_cast<std::uint8_t>(InstrumentStatus::suspended)) {
    return counters_->add(CoreCounter::unknown_rejected);
  }
  counters_->add(CoreCounter::state_applied);
  InstrumentState& state = instruments_[id];
  const auto status = static_cast<InstrumentStatus>(event.detail);
  state.resumed |= state.suspended() && status != InstrumentStatus::suspended;
  if (status != state.status) state.guard_armed = false;
  state.status = status;
  const std::uint16_t before = state.member_flags;
  update_flags(id);
  // A level is due when it shows in a weight; the other properties show in flags and status.
  const bool changed =
      ((state.member_flags ^ before) & (kOpened | kFresh | kSuspended | kLive)) != 0;
  refresh_holders(id, changed, Cause::instrument_status);
}

void Engine::apply_statistics_rule(const MarketEvent& event) {
  if (event.value[0] < 0) return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  statistics_grid_ns_ = event.value[0];
}

void Engine::apply_timer(const MarketEvent& event) {
  counters_->add(CoreCounter::state_applied);
  count_waiting_time();
  check_guards();
  check_rates();
  follow_grid(TimeNs{event.value[0]});
  TimerTick record;
  record.header.input_sequence = input_sequence_;
  record.instant = TimeNs{event.value[0]};
  sink_->write(Record::of(record));
}

}  // namespace indexcast
