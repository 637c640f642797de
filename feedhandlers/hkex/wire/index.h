// Layout of indices and of Stock Connect: messages 70, 71, 80 and 81.
#pragma once

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 2.19.
namespace index_definition {
inline constexpr std::uint16_t kType = 70;
inline constexpr Text IndexCode{4, 11};
inline constexpr Text IndexSource{15, 1};
inline constexpr Text CurrencyCode{16, 3};
inline constexpr Filler Unused{19, 1};
inline constexpr std::size_t kSize = 20;
static_assert(packed(4, IndexCode, IndexSource, CurrencyCode, Unused) == kSize);
}  // namespace index_definition

// Section 2.20. Int64 fields may be kNullInt64.
namespace index_data {
inline constexpr std::uint16_t kType = 71;
inline constexpr Text IndexCode{4, 11};
inline constexpr Text IndexStatus{15, 1};
inline constexpr Field<std::int64_t> IndexTime{16};
inline constexpr Field<std::int64_t> IndexValue{24};
inline constexpr Field<std::int64_t> NetChgPrevDay{32};
inline constexpr Field<std::int64_t> HighValue{40};
inline constexpr Field<std::int64_t> LowValue{48};
inline constexpr Field<std::int64_t> EASValue{56};
inline constexpr Field<std::int64_t> IndexTurnover{64};
inline constexpr Field<std::int64_t> OpeningValue{72};
inline constexpr Field<std::int64_t> ClosingValue{80};
inline constexpr Field<std::int64_t> PreviousSesClose{88};
inline constexpr Field<std::int64_t> IndexVolume{96};
inline constexpr Field<std::int32_t> NetChgPrevDayPct{104};
inline constexpr Text Exception{108, 1};
inline constexpr Filler Unused{109, 3};
inline constexpr std::size_t kSize = 112;
static_assert(packed(4, IndexCode, IndexStatus, IndexTime, IndexValue, NetChgPrevDay, HighValue,
                     LowValue, EASValue, IndexTurnover, OpeningValue, ClosingValue,
                     PreviousSesClose, IndexVolume, NetChgPrevDayPct, Exception, Unused) == kSize);
}  // namespace index_data

// Section 2.21.
namespace stock_connect_quota {
inline constexpr std::uint16_t kType = 80;
inline constexpr Text StockConnectMarket{4, 2};
inline constexpr Text TradingDirection{6, 2};
inline constexpr Field<std::int64_t> DailyQuotaBalance{8};
inline constexpr Field<std::uint64_t> DailyQuotaBalanceTime{16};
inline constexpr std::size_t kSize = 24;
static_assert(packed(4, StockConnectMarket, TradingDirection, DailyQuotaBalance,
                     DailyQuotaBalanceTime) == kSize);
}  // namespace stock_connect_quota

namespace stock_connect_turnover {
inline constexpr std::uint16_t kType = 81;
inline constexpr Text StockConnectMarket{4, 2};
inline constexpr Text TradingDirection{6, 2};
inline constexpr Field<std::int64_t> BuyTurnover{8};
inline constexpr Field<std::int64_t> SellTurnover{16};
inline constexpr Field<std::int64_t> BuySellTurnover{24};
inline constexpr std::size_t kSize = 32;
static_assert(packed(4, StockConnectMarket, TradingDirection, BuyTurnover, SellTurnover,
                     BuySellTurnover) == kSize);
}  // namespace stock_connect_turnover

}  // namespace indexcast::hkex::wire
