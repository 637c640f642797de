// Messages about sessions and securities: 20 to 23.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message/bounded_list.h"
#include "feedhandlers/hkex/message/text.h"
#include "feedhandlers/hkex/wire/status.h"

namespace indexcast::hkex {

// 20
struct TradingSessionStatus {
  PaddedText<4> market_code;
  std::uint8_t trading_session_sub_id = 0;
  std::uint8_t trading_ses_status = 0;
  char trading_ses_control_flag = '0';
  std::uint64_t start_date_time = 0;  // ns since 1970 UTC; 0 allowed
  std::uint64_t end_date_time = 0;
  friend bool operator==(const TradingSessionStatus&, const TradingSessionStatus&) = default;
};

// 21
struct SecurityStatus {
  std::uint32_t security_code = 0;
  std::uint8_t suspension_indicator = 0;  // 2 halt or suspend, 3 resume
  friend bool operator==(const SecurityStatus&, const SecurityStatus&) = default;
};

// 22. The text is ASCII or UTF-16LE by news_type, and is kept as bytes.
struct News {
  PaddedText<3> news_type;
  PaddedText<3> news_id;
  PaddedText<320> headline;
  char cancel_flag = 'N';
  char last_fragment = 'Y';
  std::uint64_t release_time = 0;  // ns since 1970 UTC
  BoundedList<PaddedText<4>, entries_max(wire::news::kSize, wire::news::kMarketSize)> market_codes;
  BoundedList<std::uint32_t, entries_max(wire::news::kSize, wire::news::kSecuritySize)>
      security_codes;
  BoundedList<PaddedText<160>, entries_max(wire::news::kSize, wire::news::kLineSize)> news_lines;
  friend bool operator==(const News&, const News&) = default;
};

// 23. Prices 10^-3, times ns since 1970 UTC.
struct VcmTrigger {
  std::uint32_t security_code = 0;
  std::uint64_t cooling_off_start_time = 0;
  std::uint64_t cooling_off_end_time = 0;
  std::int32_t vcm_reference_price = 0;
  std::int32_t vcm_lower_price = 0;
  std::int32_t vcm_upper_price = 0;
  friend bool operator==(const VcmTrigger&, const VcmTrigger&) = default;
};

}  // namespace indexcast::hkex
