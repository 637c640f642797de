#include "feedhandlers/hkex/describe.h"

#include <algorithm>
#include <concepts>
#include <limits>
#include <string>
#include <utility>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/utf16.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::hkex {
namespace {

using feed::FieldSink;

constexpr int kPricePlaces = 3;
constexpr int kRatePlaces = 4;
constexpr int kIndexPlaces = 4;
constexpr int kEasPlaces = 2;
// A field that carries its own number of decimals may claim any; beyond this the raw integer is
// shown.
constexpr int kPlacesMax = 18;

// Writes the fields of one message or one entry of a group.
class Writer {
 public:
  Writer(const std::byte* at, FieldSink& sink) : at_(at), sink_(sink) {}

  template <std::unsigned_integral T>
  void number(std::string_view name, wire::Field<T> field) {
    sink_.natural(name, field.of(at_));
  }
  template <std::signed_integral T>
  void number(std::string_view name, wire::Field<T> field) {
    sink_.integer(name, field.of(at_));
  }
  template <std::integral T>
  void decimal(std::string_view name, wire::Field<T> field, int places) {
    const T raw = field.of(at_);
    if (std::in_range<std::int64_t>(raw) && places <= kPlacesMax) {
      sink_.decimal(name, static_cast<std::int64_t>(raw), places);
    } else {
      number(name, field);
    }
  }
  template <std::integral T>
  void price(std::string_view name, wire::Field<T> field) {
    decimal(name, field, kPricePlaces);
  }
  // Index Data: null is -2^63 (notes 3.2).
  void index_value(std::string_view name, wire::Field<std::int64_t> field, int places) {
    const std::int64_t raw = field.of(at_);
    if (raw == wire::index_data::kNull) {
      sink_.text(name, "null");
    } else if (places == 0) {
      sink_.integer(name, raw);
    } else {
      sink_.decimal(name, raw, places);
    }
  }
  void text(std::string_view name, wire::Text field) {
    sink_.text(name, feed::trim_padding(field.of(at_)));
  }
  // One character, where a space is a value of its own.
  void flag(std::string_view name, wire::Text field) {
    const std::string_view value = field.of(at_);
    sink_.text(name, value.front() == '\0' ? std::string_view() : value);
  }
  void wide(std::string_view name, wire::Wide field) {
    sink_.text(name, utf8_of_utf16le(field.of(at_)));
  }
  int places(wire::Field<std::uint8_t> field) const { return field.of(at_); }

 private:
  const std::byte* at_;
  FieldSink& sink_;
};

void describe_market_definition(Writer& out) {
  namespace w = wire::market_definition;
  out.text("MarketCode", w::MarketCode);
  out.text("MarketName", w::MarketName);
  out.text("CurrencyCode", w::CurrencyCode);
  out.number("NumberOfSecurities", w::NumberOfSecurities);
}

void describe_definition_head(Writer& out) {
  namespace w = wire::security_definition;
  out.number("SecurityCode", w::SecurityCode);
  out.text("MarketCode", w::MarketCode);
  out.text("ISINCode", w::ISINCode);
  out.text("InstrumentType", w::InstrumentType);
  out.number("ProductType", w::ProductType);
  out.text("SpreadTableCode", w::SpreadTableCode);
  out.text("SecurityShortName", w::SecurityShortName);
  out.text("CurrencyCode", w::CurrencyCode);
  out.wide("SecurityNameGCCS", w::SecurityNameGCCS);
  out.wide("SecurityNameGB", w::SecurityNameGB);
  out.number("LotSize", w::LotSize);
  out.price("PreviousClosingPrice", w::PreviousClosingPrice);
  out.flag("VCMFlag", w::VCMFlag);
  out.flag("ShortSellFlag", w::ShortSellFlag);
  out.flag("CASFlag", w::CASFlag);
  out.flag("CCASSFlag", w::CCASSFlag);
  out.flag("DummySecurityFlag", w::DummySecurityFlag);
}

void describe_definition_dates(Writer& out) {
  namespace w = wire::security_definition;
  out.flag("StampDutyFlag", w::StampDutyFlag);
  out.number("ListingDate", w::ListingDate);
  out.number("DelistingDate", w::DelistingDate);
  out.text("FreeText", w::FreeText);
}

void describe_definition_544(Writer& out) {
  namespace w = wire::security_definition_544;
  out.flag("POSFlag", w::POSFlag);
  out.price("POSUpperLimit", w::POSUpperLimit);
  out.price("POSLowerLimit", w::POSLowerLimit);
  out.number("DomainStmtSecurityCode", w::DomainStmtSecurityCode);
  out.flag("EFNFlag", w::EFNFlag);
  out.price("AccruedInterest", w::AccruedInterest);
  out.price("CouponRate", w::CouponRate);
  out.decimal("FaceValue", w::FaceValue, out.places(w::DecimalsInFaceValue));
  out.number("DecimalsInFaceValue", w::DecimalsInFaceValue);
  out.text("FaceValueCurrency", w::FaceValueCurrency);
  out.number("MaturityDate", w::MaturityDate);
  out.flag("InvestorType", w::InvestorType);
  out.price("ConversionRatio", w::ConversionRatio);
  out.price("StrikePrice1", w::StrikePrice1);
  out.price("StrikePrice2", w::StrikePrice2);
  out.number("WarrantMaturityDate", w::WarrantMaturityDate);
  out.flag("CallPutFlag", w::CallPutFlag);
  out.flag("Style", w::Style);
  out.flag("WarrantType", w::WarrantType);
  out.decimal("CallPrice", w::CallPrice, out.places(w::DecimalsInCallPrice));
  out.number("DecimalsInCallPrice", w::DecimalsInCallPrice);
  out.decimal("Entitlement", w::Entitlement, out.places(w::DecimalsInEntitlement));
  out.number("DecimalsInEntitlement", w::DecimalsInEntitlement);
  out.number("NoWarrantsPerEntitlement", w::NoWarrantsPerEntitlement);
  out.number("NoUnderlyingSecurities", w::NoUnderlyingSecurities);
}

void describe_definition_464(Writer& out) {
  namespace w = wire::security_definition_464;
  out.flag("EFNFlag", w::EFNFlag);
  out.price("AccruedInterest", w::AccruedInterest);
  out.price("CouponRate", w::CouponRate);
  out.price("ConversionRatio", w::ConversionRatio);
  out.price("StrikePrice1", w::StrikePrice1);
  out.price("StrikePrice2", w::StrikePrice2);
  out.number("MaturityDate", w::MaturityDate);
  out.flag("CallPutFlag", w::CallPutFlag);
  out.flag("Style", w::Style);
  out.flag("WarrantType", w::WarrantType);
  out.decimal("CallPrice", w::CallPrice, out.places(w::DecimalsInCallPrice));
  out.number("DecimalsInCallPrice", w::DecimalsInCallPrice);
  out.decimal("Entitlement", w::Entitlement, out.places(w::DecimalsInEntitlement));
  out.number("DecimalsInEntitlement", w::DecimalsInEntitlement);
  out.number("NoWarrantsPerEntitlement", w::NoWarrantsPerEntitlement);
  out.number("NoUnderlyingSecurities", w::NoUnderlyingSecurities);
}

// Entries of a group that lie within the message, whatever its count claims.
template <class Describe>
void describe_group(std::string_view name, Bytes message, std::size_t begin, std::size_t size,
                    std::size_t count, FieldSink& sink, Describe&& describe_entry) {
  count = std::min(count, (message.size() - begin) / size);
  sink.begin_list(name);
  for (std::size_t i = 0; i < count; ++i) {
    Writer entry(message.data() + begin + i * size, sink);
    sink.begin_item();
    describe_entry(entry);
    sink.end_item();
  }
  sink.end_list();
}

void describe_security_definition(Bytes message, FieldSink& sink) {
  namespace w = wire::security_definition;
  const DefinitionLayout layout = definition_layout(message);
  if (layout == DefinitionLayout::too_short) return;
  const bool older = layout == DefinitionLayout::bytes_464;
  Writer out(message.data(), sink);
  describe_definition_head(out);
  if (older) out.flag("TestSecurityFlag", w::TestSecurityFlag);
  describe_definition_dates(out);
  older ? describe_definition_464(out) : describe_definition_544(out);
  const auto count = older ? wire::security_definition_464::NoUnderlyingSecurities
                           : wire::security_definition_544::NoUnderlyingSecurities;
  describe_group("UnderlyingSecurities", message, count.end(), w::kUnderlyingSize,
                 count.of(message.data()), sink, [](Writer& entry) {
                   entry.number("UnderlyingSecurityCode", w::UnderlyingSecurityCode);
                 });
}

void describe_currency_rate(Writer& out) {
  namespace w = wire::currency_rate;
  out.text("CurrencyCode", w::CurrencyCode);
  out.number("CurrencyFactor", w::CurrencyFactor);
  out.decimal("CurrencyRate", w::CurrencyRate, kRatePlaces);
}

void describe_trading_session_status(Writer& out) {
  namespace w = wire::trading_session_status;
  out.text("MarketCode", w::MarketCode);
  out.number("TradingSessionSubID", w::TradingSessionSubID);
  out.number("TradingSesStatus", w::TradingSesStatus);
  out.flag("TradingSesControlFlag", w::TradingSesControlFlag);
  out.number("StartDateTime", w::StartDateTime);
  out.number("EndDateTime", w::EndDateTime);
}

void describe_security_status(Writer& out) {
  namespace w = wire::security_status;
  out.number("SecurityCode", w::SecurityCode);
  out.number("SuspensionIndicator", w::SuspensionIndicator);
}

void describe_nominal_price(Writer& out) {
  namespace w = wire::nominal_price;
  out.number("SecurityCode", w::SecurityCode);
  out.price("NominalPrice", w::NominalPrice);
}

void describe_trade(Writer& out) {
  namespace w = wire::trade;
  out.number("SecurityCode", w::SecurityCode);
  out.number("TradeID", w::TradeID);
  out.price("Price", w::Price);
  out.number("Quantity", w::Quantity);
  out.number("TrdType", w::TrdType);
  out.number("TradeTime", w::TradeTime);
}

void describe_trade_ticker(Writer& out) {
  namespace w = wire::trade_ticker;
  out.number("SecurityCode", w::SecurityCode);
  out.number("TickerID", w::TickerID);
  out.price("Price", w::Price);
  out.number("AggregateQuantity", w::AggregateQuantity);
  out.number("TradeTime", w::TradeTime);
  out.number("TrdType", w::TrdType);
  out.flag("TrdCancelFlag", w::TrdCancelFlag);
}

void describe_book_entry(Writer& out) {
  namespace w = wire::aggregate_order_book_update;
  out.number("AggregateQuantity", w::AggregateQuantity);
  out.price("Price", w::Price);
  out.number("NumberOfOrders", w::NumberOfOrders);
  out.number("Side", w::Side);
  out.number("PriceLevel", w::PriceLevel);
  out.number("UpdateAction", w::UpdateAction);
}

void describe_aggregate_order_book_update(Bytes message, FieldSink& sink) {
  namespace w = wire::aggregate_order_book_update;
  if (message.size() < w::kSize) return;
  Writer out(message.data(), sink);
  out.number("SecurityCode", w::SecurityCode);
  out.number("NoEntries", w::NoEntries);
  describe_group("Entries", message, w::kSize, w::kEntrySize, w::NoEntries.of(message.data()), sink,
                 describe_book_entry);
}

void describe_statistics(Writer& out) {
  namespace w = wire::statistics;
  out.number("SecurityCode", w::SecurityCode);
  out.number("SharesTraded", w::SharesTraded);
  out.price("Turnover", w::Turnover);
  out.price("HighPrice", w::HighPrice);
  out.price("LowPrice", w::LowPrice);
  out.price("LastPrice", w::LastPrice);
  out.price("VWAP", w::VWAP);
  out.number("ShortSellSharesTraded", w::ShortSellSharesTraded);
  out.price("ShortSellTurnover", w::ShortSellTurnover);
}

void describe_closing_price(Writer& out) {
  namespace w = wire::closing_price;
  out.number("SecurityCode", w::SecurityCode);
  out.price("ClosingPrice", w::ClosingPrice);
  out.number("NumberOfTrades", w::NumberOfTrades);
}

void describe_index_data(Writer& out) {
  namespace w = wire::index_data;
  out.text("IndexCode", w::IndexCode);
  out.flag("IndexStatus", w::IndexStatus);
  out.index_value("IndexTime", w::IndexTime, 0);
  out.index_value("IndexValue", w::IndexValue, kIndexPlaces);
  out.index_value("NetChgPrevDay", w::NetChgPrevDay, kIndexPlaces);
  out.index_value("HighValue", w::HighValue, kIndexPlaces);
  out.index_value("LowValue", w::LowValue, kIndexPlaces);
  out.index_value("EASValue", w::EASValue, kEasPlaces);
  out.index_value("IndexTurnover", w::IndexTurnover, kIndexPlaces);
  out.index_value("OpeningValue", w::OpeningValue, kIndexPlaces);
  out.index_value("ClosingValue", w::ClosingValue, kIndexPlaces);
  out.index_value("PreviousSesClose", w::PreviousSesClose, kIndexPlaces);
  out.index_value("IndexVolume", w::IndexVolume, 0);
  out.decimal("NetChgPrevDayPct", w::NetChgPrevDayPct, kIndexPlaces);
  out.flag("Exception", w::Exception);
}

void describe_sequence_reset(Writer& out) {
  out.number("NewSeqNo", wire::sequence_reset::NewSeqNo);
}

// Types of one fixed length.
struct FixedType {
  std::uint16_t type;
  std::size_t size;
  void (*describe)(Writer&);
};

constexpr FixedType kFixedTypes[] = {
    {wire::market_definition::kType, wire::market_definition::kSize, describe_market_definition},
    {wire::currency_rate::kType, wire::currency_rate::kSize, describe_currency_rate},
    {wire::trading_session_status::kType, wire::trading_session_status::kSize,
     describe_trading_session_status},
    {wire::security_status::kType, wire::security_status::kSize, describe_security_status},
    {wire::nominal_price::kType, wire::nominal_price::kSize, describe_nominal_price},
    {wire::trade::kType, wire::trade::kSize, describe_trade},
    {wire::trade_ticker::kType, wire::trade_ticker::kSize, describe_trade_ticker},
    {wire::statistics::kType, wire::statistics::kSize, describe_statistics},
    {wire::closing_price::kType, wire::closing_price::kSize, describe_closing_price},
    {wire::index_data::kType, wire::index_data::kSize, describe_index_data},
    {wire::sequence_reset::kType, wire::sequence_reset::kSize, describe_sequence_reset},
};

void describe_fixed(std::uint16_t type, Bytes message, FieldSink& sink) {
  for (const FixedType& known : kFixedTypes) {
    if (known.type != type || message.size() < known.size) continue;
    Writer out(message.data(), sink);
    known.describe(out);
  }
}

}  // namespace

void describe(Bytes message, FieldSink& sink) {
  if (message.size() < wire::message::kHeaderSize) return;
  Writer out(message.data(), sink);
  out.number("MsgSize", wire::message::MsgSize);
  out.number("MsgType", wire::message::MsgType);
  const std::uint16_t type = wire::message::MsgType.of(message.data());
  if (type == wire::security_definition::kType) return describe_security_definition(message, sink);
  if (type == wire::aggregate_order_book_update::kType) {
    return describe_aggregate_order_book_update(message, sink);
  }
  describe_fixed(type, message, sink);
}

}  // namespace indexcast::hkex
