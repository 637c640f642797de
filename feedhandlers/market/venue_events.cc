#include "feedhandlers/market/venue_events.h"

namespace indexcast::feed {

VenueEvents::VenueEvents(Venue venue, std::size_t instruments, std::int64_t image_period_ns,
                         EventSink& sink, FeedCounters& counters)
    : venue_(venue),
      image_period_ns_(image_period_ns),
      sink_(sink),
      counters_(counters),
      instruments_(instruments) {}

MarketEvent VenueEvents::event(EventKind kind, std::uint8_t detail, const Origin& origin) const {
  MarketEvent e;
  e.kind = kind;
  e.detail = detail;
  e.market = market_of(venue_);
  e.feed = feed_of(venue_);
  e.exchange_time = origin.exchange_time;
  e.receive_time = origin.receive_time;
  e.feed_sequence = origin.sequence;
  e.channel = origin.channel;
  return e;
}

void VenueEvents::emit(const MarketEvent& event) {
  sink_.push(event);
  counters_.add(FeedCounter::events);
}

void VenueEvents::price(InstrumentId instrument, const TradedPrice& price, const Origin& origin) {
  Instrument& known = instruments_[instrument];
  const std::int64_t step = origin.exchange_time - known.image_time;
  // Another day, or another run of a test venue.
  if (step < 0 || (step > kNightNs && !same_day(known.image_time, origin))) known.volume = 0;
  known.image_time = origin.exchange_time;
  if (price.volume != 0) known.volume = price.volume;
  if (known.refused_since.ns != 0) [[unlikely]] {
    known.refused_since = {};
    if (known.refused_emitted) emit_refused(instrument, false, origin);
  }
  if (origin.channel == kMainChannel) record_image(instrument);
  trade(instrument, price, origin);
}

void VenueEvents::trade(InstrumentId instrument, const TradedPrice& price, const Origin& origin) {
  MarketEvent e = event(EventKind::price, static_cast<std::uint8_t>(price.kind), origin);
  e.instrument = instrument;
  e.value[0] = price.price;
  e.value[1] = price.volume;
  e.value[2] = price.turnover;
  emit(e);
}

bool VenueEvents::limits(InstrumentId instrument, const PriceLimits& limits, const Origin& origin) {
  if (instruments_[instrument].limits == limits) return false;
  instruments_[instrument].limits = limits;
  const LimitsKind kind = limits.unlimited ? LimitsKind::unlimited : LimitsKind::stated;
  MarketEvent e = event(EventKind::limits, static_cast<std::uint8_t>(kind), origin);
  e.instrument = instrument;
  e.value[0] = limits.lower;
  e.value[1] = limits.upper;
  emit(e);
  return true;
}

bool VenueEvents::quote(InstrumentId instrument, const BestQuote& quote, const Origin& origin) {
  Instrument& known = instruments_[instrument];
  const bool moved_over = quote.kind == QuoteKind::book && known.quote_channel != origin.channel;
  const bool unheard = unheard_ != 0 && known.image_round != round_;
  if (known.quote == quote && !moved_over && !unheard) return false;
  known.quote = quote;
  known.quote_channel = origin.channel;
  MarketEvent e = event(EventKind::quote, static_cast<std::uint8_t>(quote.kind), origin);
  e.instrument = instrument;
  e.value[0] = quote.bid;
  e.value[1] = quote.ask;
  emit(e);
  return true;
}

bool VenueEvents::status(InstrumentId instrument, InstrumentStatus status, const Origin& origin) {
  if (instruments_[instrument].status == status) return false;
  instruments_[instrument].status = status;
  MarketEvent e = event(EventKind::instrument_status, static_cast<std::uint8_t>(status), origin);
  e.instrument = instrument;
  emit(e);
  return true;
}

bool VenueEvents::phase(MarketPhase phase, const Origin& origin) {
  if (phase_ == phase) return false;
  phase_ = phase;
  emit(event(EventKind::market_phase, static_cast<std::uint8_t>(phase), origin));
  return true;
}

void VenueEvents::feed_state(std::uint32_t channel, FeedState state, TimeNs now) {
  emit(event(EventKind::feed_state, static_cast<std::uint8_t>(state),
             {.receive_time = now, .channel = channel}));
}

void VenueEvents::feed_state_by_security(std::uint32_t channel, FeedState state, TimeNs now) {
  MarketEvent e = event(EventKind::feed_state, static_cast<std::uint8_t>(state),
                        {.receive_time = now, .channel = channel});
  e.value[kBySecurity] = 1;
  emit(e);
}

void VenueEvents::note_refused(InstrumentId instrument, const Origin& origin) {
  Instrument& known = instruments_[instrument];
  if (known.refused_since.ns == 0) known.refused_since = origin.receive_time;
  const bool lasts = origin.receive_time - known.refused_since >= kRefusedNs;
  if (lasts && !known.refused_emitted) emit_refused(instrument, true, origin);
}

void VenueEvents::emit_refused(InstrumentId instrument, bool refused, const Origin& origin) {
  instruments_[instrument].refused_emitted = refused;
  if (refused) counters_.add(FeedCounter::securities_refused);
  const FeedState state = refused ? FeedState::recovering : FeedState::live;
  MarketEvent e = event(EventKind::feed_state, static_cast<std::uint8_t>(state), origin);
  e.instrument = instrument;
  e.exchange_time = {};  // a refused stamp moves no clock
  emit(e);
}

void VenueEvents::channel_time(std::uint32_t channel, const ChannelTime& time, TimeNs now) {
  MarketEvent e =
      event(EventKind::channel_time, 0,
            {.exchange_time = time.exchange_time, .receive_time = now, .channel = channel});
  e.value[0] = time.lag_ms;
  emit(e);
}

void VenueEvents::hand_over(std::uint32_t channel, std::uint32_t successor, TimeNs now) {
  MarketEvent e = event(EventKind::feed_state, static_cast<std::uint8_t>(FeedState::down),
                        {.receive_time = now, .channel = channel});
  e.value[kSuccessor] = successor;
  emit(e);
}

}  // namespace indexcast::feed
