// The messages that are decoded and encoded, as plain structs. Fields are the specification's, in
// our spelling; prices, turnover and rates keep its scales (prices and turnover 10^-3, rates
// 10^-4).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "feedhandlers/common/bytes.h"

namespace indexcast::hkex {

// Fixed-width text as it stands in the message, padded with spaces on the right.
template <std::size_t N>
struct PaddedText {
  std::array<char, N> characters{};

  constexpr PaddedText() { characters.fill(' '); }
  // Cut at N characters.
  constexpr PaddedText(std::string_view text) : PaddedText() {  // NOLINT: implicit on purpose
    for (std::size_t i = 0; i < N && i < text.size(); ++i) characters[i] = text[i];
  }
  constexpr PaddedText(const char* text) : PaddedText(std::string_view(text)) {}  // NOLINT
  constexpr std::string_view view() const {
    return feed::trim_padding({characters.data(), characters.size()});
  }
  friend bool operator==(const PaddedText&, const PaddedText&) = default;
};

// 10
struct MarketDefinition {
  PaddedText<4> market_code;
  PaddedText<25> market_name;
  PaddedText<3> currency_code;
  std::uint32_t number_of_securities = 0;
  friend bool operator==(const MarketDefinition&, const MarketDefinition&) = default;
};

// 11: the fields that lie at the same place in the 464- and the 544-byte layout.
struct SecurityDefinition {
  std::uint32_t security_code = 0;
  PaddedText<4> market_code;
  PaddedText<12> isin_code;
  PaddedText<4> instrument_type;
  std::uint8_t product_type = 0;
  PaddedText<40> security_short_name;
  PaddedText<3> currency_code;
  std::uint32_t lot_size = 0;
  std::int32_t previous_closing_price = 0;  // 10^-3
  char cas_flag = ' ';
  char dummy_security_flag = 'N';
  std::uint32_t listing_date = 0;  // YYYYMMDD
  friend bool operator==(const SecurityDefinition&, const SecurityDefinition&) = default;
};

// 14
struct CurrencyRate {
  PaddedText<3> currency_code;
  std::uint16_t currency_factor = 0;  // power of ten of the foreign amount
  std::uint32_t currency_rate = 0;    // HKD for that amount, 10^-4
  friend bool operator==(const CurrencyRate&, const CurrencyRate&) = default;
};

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

// 40
struct NominalPrice {
  std::uint32_t security_code = 0;
  std::int32_t nominal_price = 0;  // 10^-3; 0 = none
  friend bool operator==(const NominalPrice&, const NominalPrice&) = default;
};

// 60. Prices 10^-3, 0 = none.
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

// 62
struct ClosingPrice {
  std::uint32_t security_code = 0;
  std::int32_t closing_price = 0;  // 10^-3; 0 = not available
  std::uint32_t number_of_trades = 0;
  friend bool operator==(const ClosingPrice&, const ClosingPrice&) = default;
};

// 100
struct SequenceReset {
  std::uint32_t new_seq_no = 1;
  friend bool operator==(const SequenceReset&, const SequenceReset&) = default;
};

}  // namespace indexcast::hkex
