// Indices: messages 70 and 71.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message/text.h"
#include "feedhandlers/hkex/wire/index.h"

namespace indexcast::hkex {

// 70
struct IndexDefinition {
  PaddedText<11> index_code;
  char index_source = ' ';  // C CSI and CES, H Hang Seng, S S&P
  PaddedText<3> currency_code;
  friend bool operator==(const IndexDefinition&, const IndexDefinition&) = default;
};

// 71. Values 10^-4 but for eas_value, which is 10^-2; null is wire::index_data::kNull.
struct IndexData {
  PaddedText<11> index_code;
  char index_status = ' ';
  std::int64_t index_time = wire::index_data::kNull;
  std::int64_t index_value = wire::index_data::kNull;
  std::int64_t net_chg_prev_day = wire::index_data::kNull;
  std::int64_t high_value = wire::index_data::kNull;
  std::int64_t low_value = wire::index_data::kNull;
  std::int64_t eas_value = wire::index_data::kNull;
  std::int64_t index_turnover = wire::index_data::kNull;
  std::int64_t opening_value = wire::index_data::kNull;
  std::int64_t closing_value = wire::index_data::kNull;
  std::int64_t previous_ses_close = wire::index_data::kNull;
  std::int64_t index_volume = wire::index_data::kNull;
  std::int32_t net_chg_prev_day_pct = 0;  // percent, 10^-4
  char exception = ' ';
  friend bool operator==(const IndexData&, const IndexData&) = default;
};

}  // namespace indexcast::hkex
