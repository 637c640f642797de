#include "feedhandlers/hkex/normalizer.h"

#include <algorithm>
#include <limits>

#include "feedhandlers/common/venue.h"
#include "feedhandlers/hkex/trading_session.h"

namespace indexcast::hkex {
namespace {

using Outcome = feed::FeedCounter;

constexpr std::int64_t kPriceScale = 1000;   // 10^-3 to 10^-6
constexpr std::int64_t kTurnoverScale = 10;  // 10^-3 to 10^-4
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
// SuspensionIndicator, notes 2.6.
constexpr std::uint8_t kHaltOrSuspend = 2;
constexpr std::uint8_t kResume = 3;
// Exchange time that seems to run backwards by less than this is another channel's lag; by more, it
// was wrong before.
constexpr std::int64_t kExchangeTimeLagNs = 3600 * kNsPerSecond;

// Of the types that begin with a SecurityCode.
constexpr std::size_t kSecurityCodeEnd = wire::nominal_price::SecurityCode.end();

void set_price(MarketEvent& event, PriceKind kind, std::int32_t price) {
  event.kind = EventKind::price;
  event.detail = static_cast<std::uint8_t>(kind);
  event.value[0] = price * kPriceScale;
}

template <class Message>
Outcome outcome_of_decode(Bytes bytes) {
  Message message;
  return decode(bytes, message) == DecodeError::none ? Outcome::filtered : Outcome::malformed;
}

}  // namespace

Normalizer::Normalizer(const Settings& settings, const feed::SymbolTable& symbols)
    : settings_(settings), symbols_(symbols) {}

Outcome Normalizer::on_message(const MessageView& message, TimeNs send_time, MarketEvent& event) {
  switch (message.type) {
    case wire::security_definition::kType:
    case wire::security_status::kType:
    case wire::nominal_price::kType:
    case wire::statistics::kType:
    case wire::closing_price::kType:
      return on_security_message(message, send_time, event);
    case wire::trading_session_status::kType:
      return on_session(message, send_time, event);
    case wire::market_definition::kType:
      return outcome_of_decode<MarketDefinition>(message.bytes);
    case wire::currency_rate::kType:
      return outcome_of_decode<CurrencyRate>(message.bytes);
    case wire::sequence_reset::kType:
      return outcome_of_decode<SequenceReset>(message.bytes);
    default:
      return Outcome::filtered;
  }
}

Outcome Normalizer::on_security_message(const MessageView& message, TimeNs send_time,
                                        MarketEvent& event) {
  if (message.bytes.size() < kSecurityCodeEnd) return Outcome::malformed;
  const feed::SymbolEntry* entry = symbols_.find(security_code_of(message.bytes));
  if (entry == nullptr || entry->instrument == kNoInstrument) return Outcome::filtered;
  event = {};
  event.feed = feed::feed_of(feed::Venue::hkex);
  event.market = feed::market_of(feed::Venue::hkex);
  event.instrument = entry->instrument;
  event.exchange_time = send_time;
  event.feed_sequence = message.sequence;
  switch (message.type) {
    case wire::security_definition::kType:
      return on_definition(message.bytes, event);
    case wire::security_status::kType:
      return on_status(message.bytes, event);
    case wire::nominal_price::kType:
      return on_nominal(message.bytes, event);
    case wire::statistics::kType:
      return on_statistics(message.bytes, event);
    default:
      return on_close(message.bytes, event);
  }
}

Outcome Normalizer::on_definition(Bytes message, MarketEvent& event) const {
  SecurityDefinition definition;
  if (decode(message, definition) != DecodeError::none) return Outcome::malformed;
  if (definition.dummy_security_flag == 'Y') return Outcome::filtered;
  if (definition.previous_closing_price <= 0) return Outcome::rejected;
  set_price(event, PriceKind::previous_close, definition.previous_closing_price);
  return Outcome::applied;
}

Outcome Normalizer::on_status(Bytes message, MarketEvent& event) const {
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

Outcome Normalizer::on_nominal(Bytes message, MarketEvent& event) const {
  NominalPrice nominal;
  if (decode(message, nominal) != DecodeError::none) return Outcome::malformed;
  if (settings_.price != PricePolicy::nominal) return Outcome::filtered;
  if (session_known_ && nominal_follows_auction(session_)) return Outcome::filtered;
  if (nominal.nominal_price <= 0) return Outcome::rejected;
  set_price(event, PriceKind::nominal, nominal.nominal_price);
  return Outcome::applied;
}

Outcome Normalizer::on_statistics(Bytes message, MarketEvent& event) const {
  Statistics statistics;
  if (decode(message, statistics) != DecodeError::none) return Outcome::malformed;
  if (settings_.price != PricePolicy::last) return Outcome::filtered;
  // LastPrice is 0 until a trade that qualifies (notes 4.2).
  if (statistics.last_price <= 0) return Outcome::rejected;
  if (statistics.shares_traded > static_cast<std::uint64_t>(kInt64Max)) return Outcome::rejected;
  if (statistics.turnover < 0 || statistics.turnover > kInt64Max / kTurnoverScale) {
    return Outcome::rejected;
  }
  set_price(event, PriceKind::last, statistics.last_price);
  event.value[1] = static_cast<std::int64_t>(statistics.shares_traded);
  event.value[2] = statistics.turnover * kTurnoverScale;
  return Outcome::applied;
}

Outcome Normalizer::on_close(Bytes message, MarketEvent& event) const {
  ClosingPrice close;
  if (decode(message, close) != DecodeError::none) return Outcome::malformed;
  if (close.closing_price <= 0) return Outcome::rejected;
  set_price(event, PriceKind::close, close.closing_price);
  return Outcome::applied;
}

Outcome Normalizer::on_session(const MessageView& message, TimeNs send_time, MarketEvent& event) {
  TradingSessionStatus status;
  if (decode(message.bytes, status) != DecodeError::none) return Outcome::malformed;
  if (status.market_code.view() != settings_.market_code) return Outcome::filtered;
  if (!phase_of(status.trading_session_sub_id)) return Outcome::rejected;
  session_known_ = true;
  session_ = status.trading_session_sub_id;
  event = phase_event(send_time, message.sequence);
  return Outcome::applied;
}

bool Normalizer::on_exchange_time(TimeNs send_time, MarketEvent& event) {
  if (send_time <= exchange_time_ && exchange_time_ - send_time < kExchangeTimeLagNs) return false;
  exchange_time_ = send_time;
  const bool now_in_break = in_break(send_time);
  if (now_in_break == in_break_) return false;
  in_break_ = now_in_break;
  if (!session_known_ || !yields_to_break(session_)) return false;
  event = phase_event(send_time, 0);
  return true;
}

MarketEvent Normalizer::phase_event(TimeNs send_time, std::uint32_t sequence) const {
  MarketEvent event;
  event.kind = EventKind::market_phase;
  event.detail = static_cast<std::uint8_t>(phase());
  event.market = feed::market_of(feed::Venue::hkex);
  event.feed = feed::feed_of(feed::Venue::hkex);
  event.exchange_time = send_time;
  event.feed_sequence = sequence;
  return event;
}

bool Normalizer::in_break(TimeNs send_time) const {
  const std::int64_t time_of_day = china_time_of_day_ms(send_time);
  return std::any_of(
      settings_.breaks.begin(), settings_.breaks.end(),
      [time_of_day](const feed::TimeRange& range) { return range.contains(time_of_day); });
}

MarketPhase Normalizer::phase() const {
  if (in_break_ && yields_to_break(session_)) return MarketPhase::scheduled;
  return phase_of(session_).value_or(MarketPhase::pre_open);
}

}  // namespace indexcast::hkex
