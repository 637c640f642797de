// Prices and totals: messages 40, 41, 43, 44, 60, 61 and 62. Prices 10^-3.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message/text.h"

namespace indexcast::hkex {

// 40
struct NominalPrice {
  std::uint32_t security_code = 0;
  std::int32_t nominal_price = 0;  // 0 = none
  friend bool operator==(const NominalPrice&, const NominalPrice&) = default;
};

// 41
struct IndicativeEquilibriumPrice {
  std::uint32_t security_code = 0;
  std::int32_t price = 0;                // 0 = none
  std::uint64_t aggregate_quantity = 0;  // shares
  friend bool operator==(const IndicativeEquilibriumPrice&,
                         const IndicativeEquilibriumPrice&) = default;
};

// 43. 0 = that limit does not apply.
struct ReferencePrice {
  std::uint32_t security_code = 0;
  std::int32_t reference_price = 0;
  std::int32_t lower_price = 0;
  std::int32_t upper_price = 0;
  friend bool operator==(const ReferencePrice&, const ReferencePrice&) = default;
};

// 44
struct Yield {
  std::uint32_t security_code = 0;
  std::int32_t yield = 0;  // 10^-3; 0 = not available
  friend bool operator==(const Yield&, const Yield&) = default;
};

// 60. Prices 0 = none.
struct Statistics {
  std::uint32_t security_code = 0;
  std::uint64_t shares_traded = 0;
  std::int64_t turnover = 0;  // 10^-3
  std::int32_t high_price = 0;
  std::int32_t low_price = 0;
  std::int32_t last_price = 0;
  std::int32_t vwap = 0;
  std::uint32_t short_sell_shares_traded = 0;
  std::int64_t short_sell_turnover = 0;  // 10^-3
  friend bool operator==(const Statistics&, const Statistics&) = default;
};

// 61
struct MarketTurnover {
  PaddedText<4> market_code;
  PaddedText<3> currency_code;  // blank = the whole segment in HKD
  std::int64_t turnover = 0;    // 10^-3
  friend bool operator==(const MarketTurnover&, const MarketTurnover&) = default;
};

// 62
struct ClosingPrice {
  std::uint32_t security_code = 0;
  std::int32_t closing_price = 0;  // 0 = not available
  std::uint32_t number_of_trades = 0;
  friend bool operator==(const ClosingPrice&, const ClosingPrice&) = default;
};

}  // namespace indexcast::hkex
