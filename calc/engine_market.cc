// The engine's share that is about markets: phases, feeds and the day's deadlines (METHODOLOGY 5).
#include <algorithm>

#include "calc/engine.h"

namespace indexcast {
namespace {

// On a day that the calendar calls shut, a venue's test messages may say anything; only trading
// itself shows that the calendar is wrong.
constexpr bool shows_trading(MarketPhase phase) {
  return phase == MarketPhase::trading || phase == MarketPhase::scheduled ||
         phase == MarketPhase::halt;
}

// The opening auction is over.
constexpr bool is_past_opening(MarketPhase phase) {
  return phase != MarketPhase::pre_open && phase != MarketPhase::shut_today;
}

constexpr bool is_about_member(EventKind kind) {
  return kind == EventKind::price || kind == EventKind::quote || kind == EventKind::limits ||
         kind == EventKind::instrument_status;
}

// What the levels say of the input that made a market change by itself: what it names is a member
// only where it is about one, and a request's time is its expiry.
MarketEvent as_phase_cause(const MarketEvent& input) {
  MarketEvent cause = input;
  if (!is_about_member(input.kind)) cause.instrument = kNoInstrument;
  if (input.kind == EventKind::control) cause.exchange_time = {};
  return cause;
}

}  // namespace

void Engine::apply_phase(const MarketEvent& event) {
  if (event.market >= kMaxMarkets ||
      event.detail > static_cast<std::uint8_t>(MarketPhase::shut_today)) {
    return counters_->add(CoreCounter::unknown_rejected);
  }
  counters_->add(CoreCounter::state_applied);
  const auto phase = static_cast<MarketPhase>(event.detail);
  MarketState& market = markets_[event.market];
  market.opening_seen |= phase == MarketPhase::pre_open;
  // The core itself goes from closing to closed, and a venue that repeats its end does not undo
  // that.
  const bool repeats_end = market.phase == MarketPhase::closed && phase == MarketPhase::closing;
  if (market.phase == phase || repeats_end) return;
  const bool was_shut = market.phase == MarketPhase::shut_today;
  if (was_shut && !shows_trading(phase)) return;
  const bool contradicts = was_shut && market.shut_by_calendar;
  if (contradicts) counters_->add(CoreCounter::calendar_contradicted);
  market.shut_by_calendar = phase == MarketPhase::shut_today;
  enter_phase(event.market, phase, contradicts ? PhaseCause::against_calendar : PhaseCause::input);
}

void Engine::enter_phase(MarketId market_id, MarketPhase phase, PhaseCause cause) {
  MarketState& market = markets_[market_id];
  market.after_auction = phase == MarketPhase::scheduled && market.phase == MarketPhase::pre_open;
  market.never_opened = cause == PhaseCause::never_opened;
  market.phase = phase;
  ++market.interruptions;
  if (is_past_opening(phase) && !market.opening_seen) miss_opening(market_id);
  // Its own stamp may be a leap that is not believed yet.
  if (phase == MarketPhase::closing)
    market.closing_since = std::max(exchange_now_, event_->exchange_time);
  phases_ = 0;
  for (const MarketState& each : markets_) phases_ |= phase_bit(each.phase);
  MarketChanged record;
  record.header.detail = static_cast<std::uint8_t>(phase);
  record.header.detail2 = static_cast<std::uint8_t>(cause);
  record.header.id = market_id;
  record.header.input_sequence = input_sequence_;
  record.exchange_time = event_->exchange_time;
  record.receive_time = event_->receive_time;
  sink_->write(Record::of(record));
  counters_->enter_phase(market_id, phase);
  update_market_flags(market_id);
  if (market.ended()) end_price_overrides(market_id);
  refresh_market(market_id, Cause::market);
  find_next_deadline();
}

// The first report of the venue is from a session under way: of all indices that follow the market
// open, high and low could not be seen. Values taken before stay, under the flag.
void Engine::miss_opening(MarketId market) {
  for (IndexId id = 0; id < indices_.size(); ++id) {
    if (universe_->markets_of(id) >> market & 1u) indices_[id].statistics_partial = true;
  }
}

void Engine::update_market_flags(MarketId market) {
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    if (universe_->instruments()[id].market == market) update_flags(id);
  }
}

// `step`: 1, or -1 modulo 2^32.
void Engine::move_awaited_close(InstrumentId id, std::uint32_t step) {
  const MarketId market = universe_->instruments()[id].market;
  markets_[market].without_close += step;
  for (const Membership& m : universe_->memberships(id)) closes_awaited_[m.index][market] += step;
}

// Whether some index that holds the instrument has all closing prices of its market.
bool Engine::has_complete_holder(InstrumentId id) const {
  const MarketId market = universe_->instruments()[id].market;
  const auto holders = universe_->memberships(id);
  return markets_[market].over() || std::any_of(holders.begin(), holders.end(), [&](const auto& m) {
           return phase_seen(m.index, market) == MarketPhase::closed;
         });
}

// Returns whether a price of an instrument whose market has ended comes too late: some index that
// holds the instrument has closed. A late closing price is published once, as a proposal.
bool Engine::refuse_late(InstrumentId id, const MarketEvent& event) {
  const Price price{event.value[0]};
  if (event.detail == static_cast<std::uint8_t>(PriceKind::previous_close) ||
      price == sums_.price(id) || !has_complete_holder(id))
    return false;
  InstrumentState& state = instruments_[id];
  const bool is_close = event.detail == static_cast<std::uint8_t>(PriceKind::close);
  if (is_close && state.late_close != price) {
    state.late_close = price;
    counters_->add(CoreCounter::close_late);
    decide(Decision::refused, DecisionReason::late_close, id, event, DecisionSubject::close);
    publish_pending(id, Decision::refused, DecisionReason::late_close, event,
                    DecisionSubject::close);
  }
  return true;
}

// The exchange has no closing price of the instrument: the last one stays for good.
void Engine::take_without_close(InstrumentId id, const MarketEvent& event) {
  const bool image_arrived = note_image(id, event.channel);
  note_channel(id, event.channel);
  mark_received(id, PriceKind::close);
  add_turnover(id, event.value[2]);
  counters_->add(CoreCounter::price_unchanged);
  if (update_flags(id) || image_arrived) refresh_holders(id, false, Cause::price);
}

// C becomes F when every member's close is in.
void Engine::finish_closing_markets() {
  const MarketEvent* const input = event_;
  const MarketEvent cause = as_phase_cause(*input);
  event_ = &cause;
  for (MarketId id = 0; id < kMaxMarkets; ++id) {
    const MarketState& market = markets_[id];
    if (market.phase == MarketPhase::closing && market.without_close == 0)
      enter_phase(id, MarketPhase::closed, PhaseCause::closes_complete);
  }
  event_ = input;
}

void Engine::apply_timetable(const MarketEvent& event) {
  if (event.market >= kMaxMarkets || event.value[0] <= 0)
    return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  markets_[event.market].end = TimeNs{event.value[0]};
  find_next_deadline();
}

// What its timetable says. Whoever begins later gives the market the time to say what it is at, and
// its closing prices the time to come.
TimeNs Engine::end_of(const MarketState& market) const {
  return market.end < began_ ? began_ + settings_.close_deadline_ns : market.end;
}

// When exchange time next decides about a market by itself.
TimeNs Engine::deadline_of(const MarketState& market) const {
  if (!market.in_use || market.over()) return kNoDeadline;
  if (market.phase == MarketPhase::closing)
    return market.closing_since + settings_.close_deadline_ns;
  if (market.end.ns == 0) return kNoDeadline;
  return market.phase == MarketPhase::pre_open ? end_of(market)
                                               : end_of(market) + settings_.close_deadline_ns;
}

void Engine::find_next_deadline() {
  next_deadline_ = exchange_now_ < open_deadline_ ? open_deadline_ : kNoDeadline;
  for (const MarketState& market : markets_)
    next_deadline_ = std::min(next_deadline_, deadline_of(market));
}

// The input that finds a deadline passed is the cause.
void Engine::pass_deadlines() {
  if (exchange_now_ >= open_deadline_) take_late_opens();
  const MarketEvent* const input = event_;
  const MarketEvent cause = as_phase_cause(*input);
  event_ = &cause;
  for (MarketId id = 0; id < kMaxMarkets; ++id) {
    if (exchange_now_ >= deadline_of(markets_[id])) pass_end(id);
  }
  event_ = input;
  find_next_deadline();
}

// Takes the open of every index that has none, before the input that passed the deadline is
// applied. The cause of the levels is the clock. A core that began later did not see the level of
// the deadline.
void Engine::take_late_opens() {
  const MarketEvent* const input = event_;
  MarketEvent clock;
  clock.exchange_time = input->exchange_time;
  clock.receive_time = input->receive_time;
  event_ = &clock;
  for (IndexId id = 0; id < indices_.size(); ++id) {
    IndexState& index = indices_[id];
    const bool unseen = began_ >= open_deadline_ || !opening_seen(id);
    if (!index.is_open() && unseen) index.statistics_partial = true;
    index.quality_due = true;
    refresh(id, false, Cause::timer);
  }
  event_ = input;
}

// Whether any of its markets reported its opening; an index that trades nowhere today misses none.
bool Engine::opening_seen(IndexId id) const {
  bool trades = false;
  for (MarketId market = 0; market < kMaxMarkets; ++market) {
    if (!(universe_->markets_of(id) >> market & 1u)) continue;
    if (markets_[market].phase == MarketPhase::shut_today) continue;
    if (markets_[market].opening_seen) return true;
    trades = true;
  }
  return !trades;
}

void Engine::pass_end(MarketId id) {
  MarketState& market = markets_[id];
  if (market.phase == MarketPhase::pre_open)
    return enter_phase(id, MarketPhase::shut_today, PhaseCause::never_opened);
  const bool closing = market.phase == MarketPhase::closing;
  counters_->add(CoreCounter::close_missing);
  for (IndexId index = 0; index < indices_.size(); ++index)
    indices_[index].carried_forward |= closes_awaited_[index][id] != 0;
  enter_phase(id, MarketPhase::closed,
              closing ? PhaseCause::close_deadline : PhaseCause::never_closed);
}

void Engine::apply_feed_state(const MarketEvent& event) {
  if (event.market >= kMaxMarkets || event.detail > static_cast<std::uint8_t>(FeedState::stale)) {
    return counters_->add(CoreCounter::unknown_rejected);
  }
  if (event.instrument != kNoInstrument) return apply_instrument_feed(event);
  counters_->add(CoreCounter::state_applied);
  FeedChanged record;
  record.header.detail = event.detail;
  record.header.id = event.feed;
  record.header.input_sequence = input_sequence_;
  record.channel = event.channel;
  record.receive_time = event.receive_time;
  sink_->write(Record::of(record));
  const auto state = static_cast<FeedState>(event.detail);
  const bool lossy = state == FeedState::gap || state == FeedState::recovering;
  const bool by_security = lossy && event.value[kBySecurity] != 0;
  ChannelStates& channels = markets_[event.market].channels;
  const ChannelStates::Slot slot = channels.set(event.channel, state, by_security);
  if (!channels.is(slot, event.channel)) {
    counters_->add(CoreCounter::channel_unplaced);
  } else if (by_security) {
    lose_images(event.market, slot);
  } else if (state == FeedState::down && event.value[kSuccessor] != 0) {
    hand_over(event.market, slot, static_cast<std::uint32_t>(event.value[kSuccessor]));
  }
  // A channel that is away has no lag.
  if (state == FeedState::down || state == FeedState::connecting)
    lags_.set(lags_.channel(event.market, event.channel), 0);
  update_market_flags(event.market);
  refresh_market(event.market, Cause::feed);
}

// Its channel brings only prices of the instrument that are out of order, or again one in order.
void Engine::apply_instrument_feed(const MarketEvent& event) {
  const InstrumentId id = event.instrument;
  if (id >= instruments_.size()) return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  InstrumentState& state = instruments_[id];
  state.refused = event.detail == static_cast<std::uint8_t>(FeedState::recovering);
  state.guard_armed = false;
  if (state.refused)
    decide(Decision::refused, DecisionReason::out_of_order, id, event, DecisionSubject::order);
  if (update_flags(id)) refresh_holders(id, false, Cause::feed);
}

void Engine::apply_channel_time(const MarketEvent& event) {
  if (event.market >= kMaxMarkets || event.value[0] < 0)
    return counters_->add(CoreCounter::unknown_rejected);
  counters_->add(CoreCounter::state_applied);
  lags_.set(lags_.channel(event.market, event.channel), event.value[0]);
}

// Every security of a channel is unheard from now on.
void Engine::lose_images(MarketId market, ChannelStates::Slot slot) {
  const ChannelStates& channels = markets_[market].channels;
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    if (universe_->instruments()[id].market != market) continue;
    InstrumentState& state = instruments_[id];
    state.unheard |= channels.follows(state.channel, slot);
    state.quote_unheard |= state.quotes_wanted && channels.follows(quotes_[id].channel, slot);
  }
}

// The securities of a source that is left are judged by the one that takes its place.
void Engine::hand_over(MarketId market, ChannelStates::Slot from, std::uint32_t to) {
  const ChannelStates::Slot successor = markets_[market].channels.place(to);
  for (InstrumentId id = 0; id < instruments_.size(); ++id) {
    if (universe_->instruments()[id].market != market) continue;
    if (instruments_[id].channel == from) {
      instruments_[id].channel = successor;
      depend_on(id, lags_.channel(market, to));
    }
    if (quotes_[id].channel == from) quotes_[id].channel = successor;
  }
}

}  // namespace indexcast
