// Tables of prices and totals: messages 40, 41, 43, 44, 60, 61 and 62.
#pragma once

#include "feedhandlers/hkex/layout/row.h"
#include "feedhandlers/hkex/message/price.h"
#include "feedhandlers/hkex/wire/price.h"

namespace indexcast::hkex::layout {

namespace w = wire;

template <>
struct Layout<NominalPrice> {
  using M = NominalPrice;
  static constexpr std::uint16_t kType = w::nominal_price::kType;
  static constexpr std::string_view kName = "Nominal Price";
  static constexpr auto kSections =
      fixed(w::nominal_price::kSize,
            number("SecurityCode", w::nominal_price::SecurityCode, &M::security_code),
            price("NominalPrice", w::nominal_price::NominalPrice, &M::nominal_price));
};

template <>
struct Layout<IndicativeEquilibriumPrice> {
  using M = IndicativeEquilibriumPrice;
  static constexpr std::uint16_t kType = w::indicative_equilibrium_price::kType;
  static constexpr std::string_view kName = "Indicative Equilibrium Price";
  static constexpr auto kSections = fixed(
      w::indicative_equilibrium_price::kSize,
      number("SecurityCode", w::indicative_equilibrium_price::SecurityCode, &M::security_code),
      price("Price", w::indicative_equilibrium_price::Price, &M::price),
      number("AggregateQuantity", w::indicative_equilibrium_price::AggregateQuantity,
             &M::aggregate_quantity));
};

template <>
struct Layout<ReferencePrice> {
  using M = ReferencePrice;
  static constexpr std::uint16_t kType = w::reference_price::kType;
  static constexpr std::string_view kName = "Reference Price";
  static constexpr auto kSections =
      fixed(w::reference_price::kSize,
            number("SecurityCode", w::reference_price::SecurityCode, &M::security_code),
            price("ReferencePrice", w::reference_price::ReferencePrice, &M::reference_price),
            price("LowerPrice", w::reference_price::LowerPrice, &M::lower_price),
            price("UpperPrice", w::reference_price::UpperPrice, &M::upper_price));
};

template <>
struct Layout<Yield> {
  using M = Yield;
  static constexpr std::uint16_t kType = w::yield::kType;
  static constexpr std::string_view kName = "Yield";
  static constexpr auto kSections =
      fixed(w::yield::kSize, number("SecurityCode", w::yield::SecurityCode, &M::security_code),
            price("Yield", w::yield::Yield, &M::yield));
};

template <>
struct Layout<Statistics> {
  using M = Statistics;
  static constexpr std::uint16_t kType = w::statistics::kType;
  static constexpr std::string_view kName = "Statistics";
  static constexpr auto kSections = fixed(
      w::statistics::kSize, number("SecurityCode", w::statistics::SecurityCode, &M::security_code),
      number("SharesTraded", w::statistics::SharesTraded, &M::shares_traded),
      price("Turnover", w::statistics::Turnover, &M::turnover),
      price("HighPrice", w::statistics::HighPrice, &M::high_price),
      price("LowPrice", w::statistics::LowPrice, &M::low_price),
      price("LastPrice", w::statistics::LastPrice, &M::last_price),
      price("VWAP", w::statistics::VWAP, &M::vwap),
      number("ShortSellSharesTraded", w::statistics::ShortSellSharesTraded,
             &M::short_sell_shares_traded),
      price("ShortSellTurnover", w::statistics::ShortSellTurnover, &M::short_sell_turnover));
};

template <>
struct Layout<MarketTurnover> {
  using M = MarketTurnover;
  static constexpr std::uint16_t kType = w::market_turnover::kType;
  static constexpr std::string_view kName = "Market Turnover";
  static constexpr auto kSections =
      fixed(w::market_turnover::kSize,
            text("MarketCode", w::market_turnover::MarketCode, &M::market_code),
            text("CurrencyCode", w::market_turnover::CurrencyCode, &M::currency_code),
            unused(w::market_turnover::Unused),
            price("Turnover", w::market_turnover::Turnover, &M::turnover));
};

template <>
struct Layout<ClosingPrice> {
  using M = ClosingPrice;
  static constexpr std::uint16_t kType = w::closing_price::kType;
  static constexpr std::string_view kName = "Closing Price";
  static constexpr auto kSections =
      fixed(w::closing_price::kSize,
            number("SecurityCode", w::closing_price::SecurityCode, &M::security_code),
            price("ClosingPrice", w::closing_price::ClosingPrice, &M::closing_price),
            number("NumberOfTrades", w::closing_price::NumberOfTrades, &M::number_of_trades));
};

}  // namespace indexcast::hkex::layout
