// Layout of what is said about sessions and securities: messages 20 to 23.
#pragma once

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 2.5.
namespace trading_session_status {
inline constexpr std::uint16_t kType = 20;
inline constexpr Text MarketCode{4, 4};
inline constexpr Filler Unused1{8, 1};
inline constexpr Field<std::uint8_t> TradingSessionSubID{9};
inline constexpr Field<std::uint8_t> TradingSesStatus{10};
inline constexpr Text TradingSesControlFlag{11, 1};
inline constexpr Filler Unused2{12, 4};
inline constexpr Field<std::uint64_t> StartDateTime{16};
inline constexpr Field<std::uint64_t> EndDateTime{24};
inline constexpr std::size_t kSize = 32;
static_assert(packed(4, MarketCode, Unused1, TradingSessionSubID, TradingSesStatus,
                     TradingSesControlFlag, Unused2, StartDateTime, EndDateTime) == kSize);
}  // namespace trading_session_status

// Section 2.6.
namespace security_status {
inline constexpr std::uint16_t kType = 21;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint8_t> SuspensionIndicator{8};
inline constexpr Filler Unused{9, 3};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, SuspensionIndicator, Unused) == kSize);
}  // namespace security_status

// Section 2.21: a head that ends with a count, then three counted groups, each of the later two
// after four bytes of its own.
namespace news {
inline constexpr std::uint16_t kType = 22;
inline constexpr Text NewsType{4, 3};
inline constexpr Text NewsID{7, 3};
inline constexpr Text Headline{10, 320};
inline constexpr Text CancelFlag{330, 1};
inline constexpr Text LastFragment{331, 1};
inline constexpr Filler Unused1{332, 4};
inline constexpr Field<std::uint64_t> ReleaseTime{336};
inline constexpr Filler Unused2{344, 2};
inline constexpr Field<std::uint16_t> NoMarketCodes{346};
inline constexpr std::size_t kSize = 348;
static_assert(packed(4, NewsType, NewsID, Headline, CancelFlag, LastFragment, Unused1, ReleaseTime,
                     Unused2, NoMarketCodes) == kSize);
inline constexpr Text MarketCode{0, 4};  // within its entry
inline constexpr std::size_t kMarketSize = 4;
// Counted from where the group before ends.
inline constexpr Filler UnusedBeforeCount{0, 2};
inline constexpr Field<std::uint16_t> NoSecurityCodes{2};
inline constexpr Field<std::uint16_t> NoNewsLines{2};
inline constexpr std::size_t kGroupHeadSize = 4;
static_assert(packed(0, UnusedBeforeCount, NoSecurityCodes) == kGroupHeadSize);
inline constexpr Field<std::uint32_t> SecurityCode{0};  // within its entry
inline constexpr std::size_t kSecuritySize = 4;
inline constexpr Text NewsLine{0, 160};  // within its entry
inline constexpr std::size_t kLineSize = 160;
}  // namespace news

// Section 2.7.
namespace vcm_trigger {
inline constexpr std::uint16_t kType = 23;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint64_t> CoolingOffStartTime{8};
inline constexpr Field<std::uint64_t> CoolingOffEndTime{16};
inline constexpr Field<std::int32_t> VCMReferencePrice{24};
inline constexpr Field<std::int32_t> VCMLowerPrice{28};
inline constexpr Field<std::int32_t> VCMUpperPrice{32};
inline constexpr std::size_t kSize = 36;
static_assert(packed(4, SecurityCode, CoolingOffStartTime, CoolingOffEndTime, VCMReferencePrice,
                     VCMLowerPrice, VCMUpperPrice) == kSize);
}  // namespace vcm_trigger

}  // namespace indexcast::hkex::wire
