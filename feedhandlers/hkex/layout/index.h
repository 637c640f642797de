// Tables of indices and Stock Connect: messages 70, 71, 80 and 81.
#pragma once

#include "feedhandlers/hkex/layout/row.h"
#include "feedhandlers/hkex/message/index.h"
#include "feedhandlers/hkex/wire/index.h"

namespace indexcast::hkex::layout {

namespace w = wire;

template <>
struct Layout<IndexDefinitionMessage> {
  using M = IndexDefinitionMessage;
  static constexpr std::uint16_t kType = w::index_definition::kType;
  static constexpr std::string_view kName = "Index Definition";
  static constexpr auto kSections = fixed(
      w::index_definition::kSize, text("IndexCode", w::index_definition::IndexCode, &M::index_code),
      flag("IndexSource", w::index_definition::IndexSource, &M::index_source),
      text("CurrencyCode", w::index_definition::CurrencyCode, &M::currency_code),
      unused(w::index_definition::Unused));
};

template <>
struct Layout<IndexData> {
  using M = IndexData;
  static constexpr std::uint16_t kType = w::index_data::kType;
  static constexpr std::string_view kName = "Index Data";
  static constexpr auto kSections = fixed(
      w::index_data::kSize, text("IndexCode", w::index_data::IndexCode, &M::index_code),
      flag("IndexStatus", w::index_data::IndexStatus, &M::index_status),
      decimal("IndexTime", w::index_data::IndexTime, &M::index_time, 0),
      decimal("IndexValue", w::index_data::IndexValue, &M::index_value, 4),
      decimal("NetChgPrevDay", w::index_data::NetChgPrevDay, &M::net_chg_prev_day, 4),
      decimal("HighValue", w::index_data::HighValue, &M::high_value, 4),
      decimal("LowValue", w::index_data::LowValue, &M::low_value, 4),
      decimal("EASValue", w::index_data::EASValue, &M::eas_value, 2),
      decimal("IndexTurnover", w::index_data::IndexTurnover, &M::index_turnover, 4),
      decimal("OpeningValue", w::index_data::OpeningValue, &M::opening_value, 4),
      decimal("ClosingValue", w::index_data::ClosingValue, &M::closing_value, 4),
      decimal("PreviousSesClose", w::index_data::PreviousSesClose, &M::previous_ses_close, 4),
      decimal("IndexVolume", w::index_data::IndexVolume, &M::index_volume, 0),
      decimal("NetChgPrevDayPct", w::index_data::NetChgPrevDayPct, &M::net_chg_prev_day_pct, 4),
      flag("Exception", w::index_data::Exception, &M::exception), unused(w::index_data::Unused));
};

template <>
struct Layout<StockConnectQuota> {
  using M = StockConnectQuota;
  static constexpr std::uint16_t kType = w::stock_connect_quota::kType;
  static constexpr std::string_view kName = "Stock Connect Daily Quota Balance";
  static constexpr auto kSections = fixed(
      w::stock_connect_quota::kSize,
      text("StockConnectMarket", w::stock_connect_quota::StockConnectMarket,
           &M::stock_connect_market),
      text("TradingDirection", w::stock_connect_quota::TradingDirection, &M::trading_direction),
      number("DailyQuotaBalance", w::stock_connect_quota::DailyQuotaBalance,
             &M::daily_quota_balance),
      number("DailyQuotaBalanceTime", w::stock_connect_quota::DailyQuotaBalanceTime,
             &M::daily_quota_balance_time));
};

template <>
struct Layout<StockConnectTurnover> {
  using M = StockConnectTurnover;
  static constexpr std::uint16_t kType = w::stock_connect_turnover::kType;
  static constexpr std::string_view kName = "Stock Connect Market Turnover";
  static constexpr auto kSections = fixed(
      w::stock_connect_turnover::kSize,
      text("StockConnectMarket", w::stock_connect_turnover::StockConnectMarket,
           &M::stock_connect_market),
      text("TradingDirection", w::stock_connect_turnover::TradingDirection, &M::trading_direction),
      number("BuyTurnover", w::stock_connect_turnover::BuyTurnover, &M::buy_turnover),
      number("SellTurnover", w::stock_connect_turnover::SellTurnover, &M::sell_turnover),
      number("Buy+SellTurnover", w::stock_connect_turnover::BuySellTurnover,
             &M::buy_sell_turnover));
};

}  // namespace indexcast::hkex::layout
