#include "feedhandlers/hkex/normalizer.h"

#include <algorithm>
#include <limits>

#include "feedhandlers/market/venue.h"

namespace indexcast::hkex {
namespace {

using Outcome = feed::FeedCounter;

constexpr std::int64_t kTurnoverScale = 10;  // 10^-3 to 10^-4
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
// SuspensionIndicator, notes 2.6.
constexpr std::uint8_t kHaltOrSuspend = 2;
constexpr std::uint8_t kResume = 3;
// Exchange time that seems to run backwards by less than this is another channel's lag; by more, it
// was wrong before.
constexpr std::int64_t kExchangeTimeLagNs = 3600 * kNsPerSecond;

// End of the SecurityCode, in the types that begin with one.
constexpr std::size_t kSecurityCodeEnd = wire::nominal_price::SecurityCode.end();

void set_price(MarketEvent& event, PriceKind kind, std::int32_t price) {
  event.kind = EventKind::price;
  event.detail = static_cast<std::uint8_t>(kind);
  event.value[0] = price * kPriceScale;
}

Outcome on_status(Bytes message, MarketEvent& event) {
  SecurityStatus status;
  if (decode(message, status) != DecodeError::none) return Outcome::malformed;
  if (status.suspension_indicator != kHaltOrSuspend && status.suspension_indicator != kResume) {
    return Outcome::rejected;
  }
  event.kind = EventKind::instrument_status;
  event.detail = static_cast<std::uint8_t>(status.suspension_indicator == kResume
                                               ? InstrumentStatus::trading
                                               : InstrumentStatus::suspended);
  return Outcome::applied;
}

Outcome on_nominal(Bytes message, MarketEvent& event) {
  NominalPrice nominal;
  if (decode(message, nominal) != DecodeError::none) return Outcome::malformed;
  if (nominal.nominal_price <= 0) return Outcome::rejected;
  set_price(event, PriceKind::nominal, nominal.nominal_price);
  return Outcome::applied;
}

Outcome on_statistics(Bytes message, MarketEvent& event) {
  Statistics statistics;
  if (decode(message, statistics) != DecodeError::none) return Outcome::malformed;
  // LastPrice is 0 until a trade that qualifies (notes 4.2).
  if (statistics.last_price <= 0) return Outcome::rejected;
  if (statistics.shares_traded > static_cast<std::uint64_t>(kInt64Max)) return Outcome::rejected;
  // A null turnover does not affect the price; the core takes 0 for "not stated" (event.h).
  const std::int64_t turnover = statistics.turnover == wire::kNullInt64 ? 0 : statistics.turnover;
  if (turnover < 0 || turnover > kInt64Max / kTurnoverScale) return Outcome::rejected;
  set_price(event, PriceKind::last, statistics.last_price);
  event.value[1] = static_cast<std::int64_t>(statistics.shares_traded);
  event.value[2] = turnover * kTurnoverScale;
  return Outcome::applied;
}

Outcome on_close(Bytes message, MarketEvent& event) {
  ClosingPrice close;
  if (decode(message, close) != DecodeError::none) return Outcome::malformed;
  if (close.closing_price < 0) return Outcome::rejected;  // 0: there is none (notes 2.18)
  set_price(event, PriceKind::close, close.closing_price);
  return Outcome::applied;
}

Outcome filtered_if_sound(Bytes message) {
  return check_message(message).error == DecodeError::none ? Outcome::filtered : Outcome::malformed;
}

}  // namespace

Normalizer::Normalizer(const Settings& settings, const feed::SymbolTable& symbols)
    : settings_(settings),
      symbols_(symbols),
      sessions_(MarketCode(settings.market_code), symbols.universe_size()),
      tickers_(symbols.universe_size()),
      books_(settings, symbols) {}

MarketEvent Normalizer::event_at(TimeNs send_time, std::uint32_t sequence) {
  MarketEvent event;
  event.feed = feed::feed_of(feed::Venue::hkex);
  event.market = feed::market_of(feed::Venue::hkex);
  event.exchange_time = send_time;
  event.feed_sequence = sequence;
  return event;
}

Outcome Normalizer::on_message(const MessageView& message, std::uint32_t channel, TimeNs send_time,
                               MarketEvent& event) {
  const MessageRule* rule = find_rule(message.type);
  if (rule == nullptr) return Outcome::filtered;
  if (rule->about == About::security)
    return on_security_message(*rule, message, channel, send_time, event);
  if (message.type == wire::trading_session_status::kType) {
    return on_session(message, send_time, event);
  }
  return filtered_if_sound(message.bytes);
}

Outcome Normalizer::on_security_message(const MessageRule& rule, const MessageView& message,
                                        std::uint32_t channel, TimeNs send_time,
                                        MarketEvent& event) {
  if (message.bytes.size() < kSecurityCodeEnd) return Outcome::malformed;
  const feed::SymbolEntry* entry = symbols_.find(security_code_of(message.bytes));
  if (entry == nullptr || entry->instrument == kNoInstrument) return Outcome::filtered;
  event = event_at(send_time, message.sequence);
  event.instrument = entry->instrument;
  switch (becomes(rule, sessions_.group(entry->instrument), settings_.price)) {
    case Becomes::previous_close:
      return on_definition(message.bytes, event);
    case Becomes::last:
      return on_statistics(message.bytes, event);
    case Becomes::nominal:
      return on_nominal(message.bytes, event);
    case Becomes::close:
      return on_close(message.bytes, event);
    case Becomes::status:
      return on_status(message.bytes, event);
    case Becomes::ticker:
      return on_ticker(message.bytes, entry->instrument);
    case Becomes::book:
      return on_book(*entry, message.bytes, channel, event);
    case Becomes::session:
    case Becomes::nothing:
      break;
  }
  return filtered_if_sound(message.bytes);
}

Outcome Normalizer::on_definition(Bytes message, MarketEvent& event) {
  SecurityDefinition definition;
  if (decode(message, definition) != DecodeError::none) return Outcome::malformed;
  if (definition.dummy_security_flag == 'Y') return Outcome::filtered;
  sessions_.place(event.instrument, definition.market_code);
  if (definition.previous_closing_price <= 0) return Outcome::rejected;
  set_price(event, PriceKind::previous_close, definition.previous_closing_price);
  return Outcome::applied;
}

Outcome Normalizer::on_ticker(Bytes message, InstrumentId instrument) {
  TradeTicker ticker;
  if (decode(message, ticker) != DecodeError::none) return Outcome::malformed;
  return tickers_.seen(instrument, ticker) ? Outcome::duplicate : Outcome::filtered;
}

Outcome Normalizer::on_book(const feed::SymbolEntry& symbol, Bytes message, std::uint32_t channel,
                            MarketEvent& event) {
  if (!symbol.quotes) return filtered_if_sound(message);
  AggregateOrderBookUpdate update;
  if (decode(message, update) != DecodeError::none) return Outcome::malformed;
  books_.apply(symbol.instrument, channel, update);
  const bool continuous = is_continuous(symbol.instrument);
  const bool changed = books_.take_change(symbol.instrument, continuous, event);
  return changed ? Outcome::applied : Outcome::filtered;
}

Outcome Normalizer::on_session(const MessageView& message, TimeNs send_time, MarketEvent& event) {
  TradingSessionStatus status;
  if (decode(message.bytes, status) != DecodeError::none) return Outcome::malformed;
  const std::uint8_t sub_id = status.trading_session_sub_id;
  const bool own = status.market_code.view() == settings_.market_code;
  if (!phase_of(sub_id)) return own ? Outcome::rejected : Outcome::filtered;
  sessions_.set(status.market_code, sub_id);
  if (!own) return Outcome::filtered;
  event = phase_event(send_time, message.sequence);
  return Outcome::applied;
}

bool Normalizer::on_exchange_time(TimeNs send_time, MarketEvent& event) {
  if (send_time <= exchange_time_ && exchange_time_ - send_time < kExchangeTimeLagNs) return false;
  exchange_time_ = send_time;
  const bool now_in_break = in_break(send_time);
  if (now_in_break == in_break_) return false;
  in_break_ = now_in_break;
  if (!sessions_.own() || !yields_to_break(*sessions_.own())) return false;
  event = phase_event(send_time, 0);
  return true;
}

MarketEvent Normalizer::phase_event(TimeNs send_time, std::uint32_t sequence) const {
  MarketEvent event = event_at(send_time, sequence);
  event.kind = EventKind::market_phase;
  event.detail = static_cast<std::uint8_t>(phase());
  return event;
}

bool Normalizer::in_break(TimeNs send_time) const {
  const std::int64_t time_of_day = china_time_of_day_ms(send_time);
  return std::any_of(
      settings_.breaks.begin(), settings_.breaks.end(),
      [time_of_day](const feed::TimeRange& range) { return range.contains(time_of_day); });
}

MarketPhase Normalizer::phase() const {
  const auto session = sessions_.own();
  if (!session) return MarketPhase::pre_open;
  if (in_break_ && yields_to_break(*session)) return MarketPhase::scheduled;
  return phase_of(*session).value_or(MarketPhase::pre_open);
}

}  // namespace indexcast::hkex
