#include "feedhandlers/hkex/decoder.h"

#include <algorithm>

namespace indexcast::hkex {
namespace {

// 2200-01-01: a SendTime beyond is not a time, and arithmetic on it could overflow.
constexpr std::uint64_t kSendTimeMax =
    static_cast<std::uint64_t>(days_from_date(22000101) * kNsPerDay);

TimeNs send_time_of(const std::byte* packet) {
  const std::uint64_t raw = wire::packet::SendTime.of(packet);
  return {raw < kSendTimeMax ? static_cast<std::int64_t>(raw) : 0};
}

DecodeError check_messages(Bytes datagram, std::uint32_t count) {
  std::size_t at = wire::packet::kHeaderSize;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (datagram.size() - at < wire::message::kHeaderSize) return DecodeError::bad_count;
    const std::size_t size = wire::message::MsgSize.of(datagram.data() + at);
    if (size < wire::message::kHeaderSize || size > datagram.size() - at) {
      return DecodeError::bad_length;
    }
    at += size;
  }
  return at == datagram.size() ? DecodeError::none : DecodeError::bad_count;
}

template <std::size_t N>
void read(const std::byte* message, wire::Text field, PaddedText<N>& out) {
  const std::string_view text = field.of(message);
  std::copy_n(text.begin(), N, out.characters.begin());
}

char read_flag(const std::byte* message, wire::Text field) { return field.of(message).front(); }

}  // namespace

DecodeError check_packet(Bytes datagram, PacketHeader& header) {
  if (datagram.size() < wire::packet::kHeaderSize) return DecodeError::truncated;
  const std::byte* packet = datagram.data();
  header.packet_size = wire::packet::PktSize.of(packet);
  header.message_count = wire::packet::MsgCount.of(packet);
  header.sequence = wire::packet::SeqNum.of(packet);
  header.send_time = send_time_of(packet);
  if (datagram.size() > wire::packet::kSizeMax) return DecodeError::oversized;
  if (header.packet_size > datagram.size()) return DecodeError::truncated;
  if (header.packet_size < datagram.size()) return DecodeError::bad_length;
  return check_messages(datagram, header.message_count);
}

DefinitionLayout definition_layout(Bytes message) {
  namespace current = wire::security_definition_544;
  namespace older = wire::security_definition_464;
  constexpr std::size_t entry = wire::security_definition::kUnderlyingSize;
  if (message.size() < older::kSize) return DefinitionLayout::too_short;
  // The older layout with ten or more underlyings is as long as the current one. Its own count
  // settles it: in the current layout those two bytes are filler, never such a number.
  const std::size_t older_count = older::NoUnderlyingSecurities.of(message.data());
  if (message.size() == older::kSize + entry * older_count) return DefinitionLayout::bytes_464;
  return message.size() < current::kSize ? DefinitionLayout::bytes_464
                                         : DefinitionLayout::bytes_544;
}

DecodeError decode(Bytes message, MarketDefinition& out) {
  namespace w = wire::market_definition;
  if (message.size() < w::kSize) return DecodeError::truncated;
  const std::byte* at = message.data();
  read(at, w::MarketCode, out.market_code);
  read(at, w::MarketName, out.market_name);
  read(at, w::CurrencyCode, out.currency_code);
  out.number_of_securities = w::NumberOfSecurities.of(at);
  return DecodeError::none;
}

DecodeError decode(Bytes message, SecurityDefinition& out) {
  namespace w = wire::security_definition;
  if (definition_layout(message) == DefinitionLayout::too_short) return DecodeError::truncated;
  const std::byte* at = message.data();
  out.security_code = w::SecurityCode.of(at);
  read(at, w::MarketCode, out.market_code);
  read(at, w::ISINCode, out.isin_code);
  read(at, w::InstrumentType, out.instrument_type);
  out.product_type = w::ProductType.of(at);
  read(at, w::SecurityShortName, out.security_short_name);
  read(at, w::CurrencyCode, out.currency_code);
  out.lot_size = w::LotSize.of(at);
  out.previous_closing_price = w::PreviousClosingPrice.of(at);
  out.cas_flag = read_flag(at, w::CASFlag);
  out.dummy_security_flag = read_flag(at, w::DummySecurityFlag);
  out.listing_date = w::ListingDate.of(at);
  return DecodeError::none;
}

DecodeError decode(Bytes message, CurrencyRate& out) {
  namespace w = wire::currency_rate;
  if (message.size() < w::kSize) return DecodeError::truncated;
  const std::byte* at = message.data();
  read(at, w::CurrencyCode, out.currency_code);
  out.currency_factor = w::CurrencyFactor.of(at);
  out.currency_rate = w::CurrencyRate.of(at);
  return DecodeError::none;
}

DecodeError decode(Bytes message, TradingSessionStatus& out) {
  namespace w = wire::trading_session_status;
  if (message.size() < w::kSize) return DecodeError::truncated;
  const std::byte* at = message.data();
  read(at, w::MarketCode, out.market_code);
  out.trading_session_sub_id = w::TradingSessionSubID.of(at);
  out.trading_ses_status = w::TradingSesStatus.of(at);
  out.trading_ses_control_flag = read_flag(at, w::TradingSesControlFlag);
  out.start_date_time = w::StartDateTime.of(at);
  out.end_date_time = w::EndDateTime.of(at);
  return DecodeError::none;
}

DecodeError decode(Bytes message, SecurityStatus& out) {
  namespace w = wire::security_status;
  if (message.size() < w::kSize) return DecodeError::truncated;
  out.security_code = w::SecurityCode.of(message.data());
  out.suspension_indicator = w::SuspensionIndicator.of(message.data());
  return DecodeError::none;
}

DecodeError decode(Bytes message, NominalPrice& out) {
  namespace w = wire::nominal_price;
  if (message.size() < w::kSize) return DecodeError::truncated;
  out.security_code = w::SecurityCode.of(message.data());
  out.nominal_price = w::NominalPrice.of(message.data());
  return DecodeError::none;
}

DecodeError decode(Bytes message, Statistics& out) {
  namespace w = wire::statistics;
  if (message.size() < w::kSize) return DecodeError::truncated;
  const std::byte* at = message.data();
  out.security_code = w::SecurityCode.of(at);
  out.shares_traded = w::SharesTraded.of(at);
  out.turnover = w::Turnover.of(at);
  out.high_price = w::HighPrice.of(at);
  out.low_price = w::LowPrice.of(at);
  out.last_price = w::LastPrice.of(at);
  out.vwap = w::VWAP.of(at);
  out.short_sell_shares_traded = w::ShortSellSharesTraded.of(at);
  out.short_sell_turnover = w::ShortSellTurnover.of(at);
  return DecodeError::none;
}

DecodeError decode(Bytes message, ClosingPrice& out) {
  namespace w = wire::closing_price;
  if (message.size() < w::kSize) return DecodeError::truncated;
  out.security_code = w::SecurityCode.of(message.data());
  out.closing_price = w::ClosingPrice.of(message.data());
  out.number_of_trades = w::NumberOfTrades.of(message.data());
  return DecodeError::none;
}

DecodeError decode(Bytes message, SequenceReset& out) {
  namespace w = wire::sequence_reset;
  if (message.size() < w::kSize) return DecodeError::truncated;
  out.new_seq_no = w::NewSeqNo.of(message.data());
  return DecodeError::none;
}

}  // namespace indexcast::hkex
