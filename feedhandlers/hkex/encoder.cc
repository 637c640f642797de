#include "feedhandlers/hkex/encoder.h"

#include <algorithm>
#include <limits>

namespace indexcast::hkex {
namespace {

template <std::size_t N>
void write(std::byte* message, wire::Text field, const PaddedText<N>& text) {
  std::transform(text.characters.begin(), text.characters.end(), message + field.offset,
                 [](char c) { return static_cast<std::byte>(c); });
}

void write_flag(std::byte* message, wire::Text field, char flag) {
  message[field.offset] = static_cast<std::byte>(flag);
}

}  // namespace

PacketBuilder::PacketBuilder(std::uint32_t sequence, TimeNs send_time) : sequence_(sequence) {
  wire::packet::PktSize.put(buffer_.data(), wire::packet::kHeaderSize);
  wire::packet::SeqNum.put(buffer_.data(), sequence);
  wire::packet::SendTime.put(buffer_.data(), static_cast<std::uint64_t>(send_time.ns));
}

std::byte* PacketBuilder::append(std::uint16_t type, std::size_t size) {
  if (buffer_.size() - size_ < size) return nullptr;
  if (message_count_ == std::numeric_limits<std::uint8_t>::max()) return nullptr;
  std::byte* message = buffer_.data() + size_;
  wire::message::MsgSize.put(message, static_cast<std::uint16_t>(size));
  wire::message::MsgType.put(message, type);
  size_ += size;
  wire::packet::PktSize.put(buffer_.data(), static_cast<std::uint16_t>(size_));
  wire::packet::MsgCount.put(buffer_.data(), ++message_count_);
  return message;
}

bool PacketBuilder::add(const MarketDefinition& message) {
  namespace w = wire::market_definition;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  write(at, w::MarketCode, message.market_code);
  write(at, w::MarketName, message.market_name);
  write(at, w::CurrencyCode, message.currency_code);
  w::NumberOfSecurities.put(at, message.number_of_securities);
  return true;
}

bool PacketBuilder::add(const SecurityDefinition& message) {
  namespace w = wire::security_definition;
  std::byte* at = append(w::kType, wire::security_definition_544::kSize);
  if (at == nullptr) return false;
  w::SecurityCode.put(at, message.security_code);
  write(at, w::MarketCode, message.market_code);
  write(at, w::ISINCode, message.isin_code);
  write(at, w::InstrumentType, message.instrument_type);
  w::ProductType.put(at, message.product_type);
  write(at, w::SecurityShortName, message.security_short_name);
  write(at, w::CurrencyCode, message.currency_code);
  w::LotSize.put(at, message.lot_size);
  w::PreviousClosingPrice.put(at, message.previous_closing_price);
  write_flag(at, w::CASFlag, message.cas_flag);
  write_flag(at, w::DummySecurityFlag, message.dummy_security_flag);
  w::ListingDate.put(at, message.listing_date);
  return true;
}

bool PacketBuilder::add(const CurrencyRate& message) {
  namespace w = wire::currency_rate;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  write(at, w::CurrencyCode, message.currency_code);
  w::CurrencyFactor.put(at, message.currency_factor);
  w::CurrencyRate.put(at, message.currency_rate);
  return true;
}

bool PacketBuilder::add(const TradingSessionStatus& message) {
  namespace w = wire::trading_session_status;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  write(at, w::MarketCode, message.market_code);
  w::TradingSessionSubID.put(at, message.trading_session_sub_id);
  w::TradingSesStatus.put(at, message.trading_ses_status);
  write_flag(at, w::TradingSesControlFlag, message.trading_ses_control_flag);
  w::StartDateTime.put(at, message.start_date_time);
  w::EndDateTime.put(at, message.end_date_time);
  return true;
}

bool PacketBuilder::add(const SecurityStatus& message) {
  namespace w = wire::security_status;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  w::SecurityCode.put(at, message.security_code);
  w::SuspensionIndicator.put(at, message.suspension_indicator);
  return true;
}

bool PacketBuilder::add(const NominalPrice& message) {
  namespace w = wire::nominal_price;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  w::SecurityCode.put(at, message.security_code);
  w::NominalPrice.put(at, message.nominal_price);
  return true;
}

bool PacketBuilder::add(const Statistics& message) {
  namespace w = wire::statistics;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  w::SecurityCode.put(at, message.security_code);
  w::SharesTraded.put(at, message.shares_traded);
  w::Turnover.put(at, message.turnover);
  w::HighPrice.put(at, message.high_price);
  w::LowPrice.put(at, message.low_price);
  w::LastPrice.put(at, message.last_price);
  w::VWAP.put(at, message.vwap);
  w::ShortSellSharesTraded.put(at, message.short_sell_shares_traded);
  w::ShortSellTurnover.put(at, message.short_sell_turnover);
  return true;
}

bool PacketBuilder::add(const ClosingPrice& message) {
  namespace w = wire::closing_price;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  w::SecurityCode.put(at, message.security_code);
  w::ClosingPrice.put(at, message.closing_price);
  w::NumberOfTrades.put(at, message.number_of_trades);
  return true;
}

bool PacketBuilder::add(const SequenceReset& message) {
  namespace w = wire::sequence_reset;
  std::byte* at = append(w::kType, w::kSize);
  if (at == nullptr) return false;
  w::NewSeqNo.put(at, message.new_seq_no);
  return true;
}

}  // namespace indexcast::hkex
