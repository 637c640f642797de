// Layout of what describes segments, securities and currencies: messages 10, 11, 13 and 14.
#pragma once

#include "feedhandlers/hkex/wire/field.h"

namespace indexcast::hkex::wire {

// Section 2.1.
namespace market_definition {
inline constexpr std::uint16_t kType = 10;
inline constexpr Text MarketCode{4, 4};
inline constexpr Text MarketName{8, 25};
inline constexpr Text CurrencyCode{33, 3};
inline constexpr Field<std::uint32_t> NumberOfSecurities{36};
inline constexpr std::size_t kSize = 40;
static_assert(packed(4, MarketCode, MarketName, CurrencyCode, NumberOfSecurities) == kSize);
}  // namespace market_definition

// Section 2.2, what the layouts since 2016 share.
namespace security_definition {
inline constexpr std::uint16_t kType = 11;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Text MarketCode{8, 4};
inline constexpr Text ISINCode{12, 12};
inline constexpr Text InstrumentType{24, 4};
inline constexpr Field<std::uint8_t> ProductType{28};
inline constexpr Filler Unused1{29, 1};
inline constexpr Text SpreadTableCode{30, 2};
inline constexpr Text SecurityShortName{32, 40};
inline constexpr Text CurrencyCode{72, 3};
inline constexpr Wide SecurityNameGCCS{75, 60};
inline constexpr Wide SecurityNameGB{135, 60};
inline constexpr Field<std::uint32_t> LotSize{195};
inline constexpr Filler Unused2{199, 4};
inline constexpr Field<std::int32_t> PreviousClosingPrice{203};
inline constexpr Text VCMFlag{207, 1};
inline constexpr Text ShortSellFlag{208, 1};
inline constexpr Text CASFlag{209, 1};
inline constexpr Text CCASSFlag{210, 1};
inline constexpr Text DummySecurityFlag{211, 1};
inline constexpr Text TestSecurityFlag{212, 1};  // filler since the 544-byte layout
inline constexpr Text StampDutyFlag{213, 1};
inline constexpr Filler Unused3{214, 1};
inline constexpr Field<std::uint32_t> ListingDate{215};
inline constexpr Field<std::uint32_t> DelistingDate{219};
inline constexpr Text FreeText{223, 38};
inline constexpr std::size_t kCommonSize = 261;
inline constexpr std::size_t kUnderlyingSize = 8;  // Uint32 UnderlyingSecurityCode, 4 filler
inline constexpr Field<std::uint32_t> UnderlyingSecurityCode{0};  // within its entry
inline constexpr Filler UnusedInEntry{4, 4};  // a weight in older specifications
static_assert(packed(4, SecurityCode, MarketCode, ISINCode, InstrumentType, ProductType, Unused1,
                     SpreadTableCode, SecurityShortName, CurrencyCode, SecurityNameGCCS,
                     SecurityNameGB, LotSize, Unused2, PreviousClosingPrice, VCMFlag, ShortSellFlag,
                     CASFlag, CCASSFlag, DummySecurityFlag, TestSecurityFlag, StampDutyFlag,
                     Unused3, ListingDate, DelistingDate, FreeText) == kCommonSize);
}  // namespace security_definition

// Section 2.2, the rest of the current layout.
namespace security_definition_544 {
inline constexpr Filler Unused1{261, 62};
inline constexpr Text POSFlag{323, 1};
inline constexpr Field<std::int32_t> POSUpperLimit{324};
inline constexpr Field<std::int32_t> POSLowerLimit{328};
inline constexpr Field<std::uint32_t> DomainStmtSecurityCode{332};
inline constexpr Filler Unused2{336, 37};
inline constexpr Text EFNFlag{373, 1};
inline constexpr Field<std::uint32_t> AccruedInterest{374};
inline constexpr Field<std::uint32_t> CouponRate{378};
inline constexpr Filler Unused3{382, 1};
inline constexpr Field<std::uint64_t> FaceValue{383};
inline constexpr Field<std::uint8_t> DecimalsInFaceValue{391};
inline constexpr Text FaceValueCurrency{392, 3};
inline constexpr Field<std::uint32_t> MaturityDate{395};
inline constexpr Text InvestorType{399, 1};
inline constexpr Filler Unused4{400, 44};
inline constexpr Field<std::uint32_t> ConversionRatio{444};
inline constexpr Field<std::int32_t> StrikePrice1{448};
inline constexpr Field<std::int32_t> StrikePrice2{452};
inline constexpr Field<std::uint32_t> WarrantMaturityDate{456};
inline constexpr Text CallPutFlag{460, 1};
inline constexpr Text Style{461, 1};
inline constexpr Filler Unused5{462, 2};
inline constexpr Text WarrantType{464, 1};
inline constexpr Field<std::int32_t> CallPrice{465};
inline constexpr Field<std::uint8_t> DecimalsInCallPrice{469};
inline constexpr Field<std::int32_t> Entitlement{470};
inline constexpr Field<std::uint8_t> DecimalsInEntitlement{474};
inline constexpr Field<std::uint32_t> NoWarrantsPerEntitlement{475};
inline constexpr Filler Unused6{479, 63};
inline constexpr Field<std::uint16_t> NoUnderlyingSecurities{542};
inline constexpr std::size_t kSize = 544;
static_assert(packed(security_definition::kCommonSize, Unused1, POSFlag, POSUpperLimit,
                     POSLowerLimit, DomainStmtSecurityCode, Unused2, EFNFlag, AccruedInterest,
                     CouponRate, Unused3, FaceValue, DecimalsInFaceValue, FaceValueCurrency,
                     MaturityDate, InvestorType, Unused4, ConversionRatio, StrikePrice1,
                     StrikePrice2, WarrantMaturityDate, CallPutFlag, Style, Unused5, WarrantType,
                     CallPrice, DecimalsInCallPrice, Entitlement, DecimalsInEntitlement,
                     NoWarrantsPerEntitlement, Unused6, NoUnderlyingSecurities) == kSize);
}  // namespace security_definition_544

// Section 2.2, the rest of the layout of 2016-2018.
namespace security_definition_464 {
inline constexpr Filler Unused1{261, 82};
inline constexpr Text EFNFlag{343, 1};
inline constexpr Field<std::uint32_t> AccruedInterest{344};
inline constexpr Field<std::uint32_t> CouponRate{348};
inline constexpr Filler Unused2{352, 42};
inline constexpr Field<std::uint32_t> ConversionRatio{394};
inline constexpr Field<std::int32_t> StrikePrice1{398};
inline constexpr Field<std::int32_t> StrikePrice2{402};
inline constexpr Field<std::uint32_t> MaturityDate{406};
inline constexpr Text CallPutFlag{410, 1};
inline constexpr Text Style{411, 1};
inline constexpr Filler Unused3{412, 2};
inline constexpr Text WarrantType{414, 1};
inline constexpr Field<std::int32_t> CallPrice{415};
inline constexpr Field<std::uint8_t> DecimalsInCallPrice{419};
inline constexpr Field<std::int32_t> Entitlement{420};
inline constexpr Field<std::uint8_t> DecimalsInEntitlement{424};
inline constexpr Field<std::uint32_t> NoWarrantsPerEntitlement{425};
inline constexpr Filler Unused4{429, 33};
inline constexpr Field<std::uint16_t> NoUnderlyingSecurities{462};
inline constexpr std::size_t kSize = 464;
static_assert(packed(security_definition::kCommonSize, Unused1, EFNFlag, AccruedInterest,
                     CouponRate, Unused2, ConversionRatio, StrikePrice1, StrikePrice2, MaturityDate,
                     CallPutFlag, Style, Unused3, WarrantType, CallPrice, DecimalsInCallPrice,
                     Entitlement, DecimalsInEntitlement, NoWarrantsPerEntitlement, Unused4,
                     NoUnderlyingSecurities) == kSize);
}  // namespace security_definition_464

// Section 2.2, the layout of 2012-2014: the same first fields without ProductType and the fillers,
// and no more than its length known of the rest. That its count of underlyings is last, as in the
// later layouts, is an inference.
namespace security_definition_280 {
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Text MarketCode{8, 4};
inline constexpr Text ISINCode{12, 12};
inline constexpr Text InstrumentType{24, 4};
inline constexpr Text SpreadTableCode{28, 2};
inline constexpr Text SecurityShortName{30, 40};
inline constexpr Text CurrencyCode{70, 3};
inline constexpr Wide SecurityNameGCCS{73, 60};
inline constexpr Wide SecurityNameGB{133, 60};
inline constexpr Field<std::uint32_t> LotSize{193};
inline constexpr Field<std::int32_t> PreviousClosingPrice{197};
inline constexpr Filler NotKnown{201, 77};
inline constexpr Field<std::uint16_t> NoUnderlyingSecurities{278};
inline constexpr std::size_t kSize = 280;
static_assert(packed(4, SecurityCode, MarketCode, ISINCode, InstrumentType, SpreadTableCode,
                     SecurityShortName, CurrencyCode, SecurityNameGCCS, SecurityNameGB, LotSize,
                     PreviousClosingPrice, NotKnown, NoUnderlyingSecurities) == kSize);
}  // namespace security_definition_280

// Section 2.3: the fixed part and NoLiquidityProviders entries.
namespace liquidity_provider {
inline constexpr std::uint16_t kType = 13;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint16_t> NoLiquidityProviders{8};
inline constexpr std::size_t kSize = 10;
static_assert(packed(4, SecurityCode, NoLiquidityProviders) == kSize);
inline constexpr Field<std::uint16_t> LPBrokerNumber{0};  // within its entry
inline constexpr std::size_t kEntrySize = 2;
}  // namespace liquidity_provider

// Section 2.4.
namespace currency_rate {
inline constexpr std::uint16_t kType = 14;
inline constexpr Text CurrencyCode{4, 3};
inline constexpr Filler Unused1{7, 1};
inline constexpr Field<std::uint16_t> CurrencyFactor{8};
inline constexpr Filler Unused2{10, 2};
inline constexpr Field<std::uint32_t> CurrencyRate{12};
inline constexpr std::size_t kSize = 16;
static_assert(packed(4, CurrencyCode, Unused1, CurrencyFactor, Unused2, CurrencyRate) == kSize);
}  // namespace currency_rate

}  // namespace indexcast::hkex::wire
