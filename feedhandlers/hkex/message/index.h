// Indices and Stock Connect: messages 70, 71, 80 and 81.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message/text.h"
#include "feedhandlers/hkex/wire/index.h"

namespace indexcast::hkex {

// 70
struct IndexDefinitionMessage {
  PaddedText<11> index_code;
  char index_source = ' ';  // C CSI and CES, H Hang Seng, S S&P
  PaddedText<3> currency_code;
  friend bool operator==(const IndexDefinitionMessage&, const IndexDefinitionMessage&) = default;
};

// 71. Values 10^-4 but for eas_value, which is 10^-2; null is wire::kNullInt64.
struct IndexData {
  PaddedText<11> index_code;
  char index_status = ' ';
  std::int64_t index_time = wire::kNullInt64;
  std::int64_t index_value = wire::kNullInt64;
  std::int64_t net_chg_prev_day = wire::kNullInt64;
  std::int64_t high_value = wire::kNullInt64;
  std::int64_t low_value = wire::kNullInt64;
  std::int64_t eas_value = wire::kNullInt64;
  std::int64_t index_turnover = wire::kNullInt64;
  std::int64_t opening_value = wire::kNullInt64;
  std::int64_t closing_value = wire::kNullInt64;
  std::int64_t previous_ses_close = wire::kNullInt64;
  std::int64_t index_volume = wire::kNullInt64;
  std::int32_t net_chg_prev_day_pct = 0;  // percent, 10^-4
  char exception = ' ';
  friend bool operator==(const IndexData&, const IndexData&) = default;
};

// 80, northbound only. RMB; null while at least 30 % of the quota is left, 0 when it is used up.
struct StockConnectQuota {
  PaddedText<2> stock_connect_market;  // SH, SZ
  PaddedText<2> trading_direction;     // NB
  std::int64_t daily_quota_balance = wire::kNullInt64;
  std::uint64_t daily_quota_balance_time = 0;  // ns UTC
  friend bool operator==(const StockConnectQuota&, const StockConnectQuota&) = default;
};

// 81. Whole HKD southbound; northbound RMB, the sum alone.
struct StockConnectTurnover {
  PaddedText<2> stock_connect_market;
  PaddedText<2> trading_direction;  // NB, SB
  std::int64_t buy_turnover = wire::kNullInt64;
  std::int64_t sell_turnover = wire::kNullInt64;
  std::int64_t buy_sell_turnover = wire::kNullInt64;
  friend bool operator==(const StockConnectTurnover&, const StockConnectTurnover&) = default;
};

}  // namespace indexcast::hkex
