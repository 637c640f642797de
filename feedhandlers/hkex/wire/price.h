// Layout of prices and totals: messages 40, 41, 43, 44, 60, 61 and 62.
#pragma once

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 2.9.
namespace nominal_price {
inline constexpr std::uint16_t kType = 40;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::int32_t> NominalPrice{8};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, NominalPrice) == kSize);
}  // namespace nominal_price

// Section 2.10.
namespace indicative_equilibrium_price {
inline constexpr std::uint16_t kType = 41;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::int32_t> Price{8};
inline constexpr Field<std::uint64_t> AggregateQuantity{12};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, SecurityCode, Price, AggregateQuantity) == kSize);
}  // namespace indicative_equilibrium_price

// Section 2.11.
namespace reference_price {
inline constexpr std::uint16_t kType = 43;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::int32_t> ReferencePrice{8};
inline constexpr Field<std::int32_t> LowerPrice{12};
inline constexpr Field<std::int32_t> UpperPrice{16};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, SecurityCode, ReferencePrice, LowerPrice, UpperPrice) == kSize);
}  // namespace reference_price

// Section 2.21.
namespace yield {
inline constexpr std::uint16_t kType = 44;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::int32_t> Yield{8};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, Yield) == kSize);
}  // namespace yield

// Section 2.16.
namespace statistics {
inline constexpr std::uint16_t kType = 60;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint64_t> SharesTraded{8};
inline constexpr Field<std::int64_t> Turnover{16};
inline constexpr Field<std::int32_t> HighPrice{24};
inline constexpr Field<std::int32_t> LowPrice{28};
inline constexpr Field<std::int32_t> LastPrice{32};
inline constexpr Field<std::int32_t> VWAP{36};
inline constexpr Field<std::uint32_t> ShortSellSharesTraded{40};
inline constexpr Field<std::int64_t> ShortSellTurnover{44};
inline constexpr std::size_t kSize = 52;
static_assert(packed(4, SecurityCode, SharesTraded, Turnover, HighPrice, LowPrice, LastPrice, VWAP,
                     ShortSellSharesTraded, ShortSellTurnover) == kSize);
}  // namespace statistics

// Section 2.17.
namespace market_turnover {
inline constexpr std::uint16_t kType = 61;
inline constexpr Text MarketCode{4, 4};
inline constexpr Text CurrencyCode{8, 3};
inline constexpr Filler Unused{11, 1};
inline constexpr Field<std::int64_t> Turnover{12};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, MarketCode, CurrencyCode, Unused, Turnover) == kSize);
}  // namespace market_turnover

// Section 2.18.
namespace closing_price {
inline constexpr std::uint16_t kType = 62;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::int32_t> ClosingPrice{8};
inline constexpr Field<std::uint32_t> NumberOfTrades{12};
inline constexpr std::size_t kSize = 16;
static_assert(packed(4, SecurityCode, ClosingPrice, NumberOfTrades) == kSize);
}  // namespace closing_price

}  // namespace indexcast::hkex::wire
