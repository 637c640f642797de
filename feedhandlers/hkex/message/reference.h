// Messages that describe segments, securities and currencies: 10, 11, 13 and 14.
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message/bounded_list.h"
#include "feedhandlers/hkex/message/text.h"
#include "feedhandlers/hkex/wire/reference.h"

namespace indexcast::hkex {

// 10
struct MarketDefinition {
  PaddedText<4> market_code;
  PaddedText<25> market_name;
  PaddedText<3> currency_code;
  std::uint32_t number_of_securities = 0;
  friend bool operator==(const MarketDefinition&, const MarketDefinition&) = default;
};

// Which layout a Security Definition has. No field names it: MsgSize and the count of underlyings
// do.
enum class DefinitionLayout : std::uint8_t {
  bytes_280,  // 2012-2014, known as far as the previous closing price
  bytes_464,  // 2016-2018
  bytes_544,  // current
};

// 11. Ratios, interest and coupon 10^-3. A field that the layout has not keeps its default, and is
// not sent.
struct SecurityDefinition {
  DefinitionLayout layout = DefinitionLayout::bytes_544;
  std::uint32_t security_code = 0;
  PaddedText<4> market_code;
  PaddedText<12> isin_code;
  PaddedText<4> instrument_type;
  std::uint8_t product_type = 0;
  PaddedText<2> spread_table_code;
  PaddedText<40> security_short_name;
  PaddedText<3> currency_code;
  WideText<30> security_name_gccs;
  WideText<30> security_name_gb;
  std::uint32_t lot_size = 0;
  std::int32_t previous_closing_price = 0;  // 10^-3
  char vcm_flag = ' ';
  char short_sell_flag = ' ';
  char cas_flag = ' ';
  char ccass_flag = ' ';
  char dummy_security_flag = 'N';
  char test_security_flag = 'N';  // 464 alone
  char stamp_duty_flag = ' ';
  std::uint32_t listing_date = 0;    // YYYYMMDD; 19000101 = unknown
  std::uint32_t delisting_date = 0;  // YYYYMMDD; 0 = none
  PaddedText<38> free_text;
  char pos_flag = ' ';               // this and the next three: 544 alone
  std::int32_t pos_upper_limit = 0;  // 10^-3; 0 = none
  std::int32_t pos_lower_limit = 0;
  std::uint32_t domain_stmt_security_code = 0;
  char efn_flag = ' ';
  std::uint32_t accrued_interest = 0;
  std::uint32_t coupon_rate = 0;
  std::uint64_t face_value = 0;  // this and the next four: 544 alone
  std::uint8_t decimals_in_face_value = 0;
  PaddedText<3> face_value_currency;
  std::uint32_t maturity_date = 0;  // of a bond
  char investor_type = ' ';
  std::uint32_t conversion_ratio = 0;
  std::int32_t strike_price1 = 0;
  std::int32_t strike_price2 = 0;
  std::uint32_t warrant_maturity_date = 0;
  char call_put_flag = ' ';
  char style = ' ';
  char warrant_type = ' ';
  std::int32_t call_price = 0;  // 10^-decimals_in_call_price
  std::uint8_t decimals_in_call_price = 0;
  std::int32_t entitlement = 0;  // 10^-decimals_in_entitlement
  std::uint8_t decimals_in_entitlement = 0;
  std::uint32_t no_warrants_per_entitlement = 0;
  // Codes of the underlying securities.
  BoundedList<std::uint32_t, entries_max(wire::security_definition_280::kSize,
                                         wire::security_definition::kUnderlyingSize)>
      underlying_securities;
  friend bool operator==(const SecurityDefinition&, const SecurityDefinition&) = default;
};

// 13
struct LiquidityProvider {
  std::uint32_t security_code = 0;
  // Broker numbers.
  BoundedList<std::uint16_t,
              entries_max(wire::liquidity_provider::kSize, wire::liquidity_provider::kEntrySize)>
      lp_broker_numbers;
  friend bool operator==(const LiquidityProvider&, const LiquidityProvider&) = default;
};

// 14
struct CurrencyRate {
  PaddedText<3> currency_code;
  std::uint16_t currency_factor = 0;  // power of ten of the foreign amount
  std::uint32_t currency_rate = 0;    // HKD for that amount, 10^-4
  friend bool operator==(const CurrencyRate&, const CurrencyRate&) = default;
};

}  // namespace indexcast::hkex
