// Layout of OMD-C packets and messages (Binary Interface Specification v1.45; the older 464-byte
// Security Definition of 2016-2018 beside the current one). Little-endian, packed, offsets from the
// first byte of the message; field names are the specification's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "feedhandlers/common/bytes.h"

namespace indexcast::hkex::wire {

// An integer field. The caller has checked that the message reaches end().
template <std::integral T>
struct Field {
  using Value = T;
  std::size_t offset;
  constexpr std::size_t end() const { return offset + sizeof(T); }
  T of(const std::byte* message) const { return feed::load_le<T>(message + offset); }
  void put(std::byte* message, T value) const { feed::store_le(message + offset, value); }
};

// Characters padded on the right, or bytes without meaning.
struct Text {
  std::size_t offset;
  std::size_t width;
  constexpr std::size_t end() const { return offset + width; }
  std::string_view of(const std::byte* message) const {
    return feed::text_at(message + offset, width);
  }
};
using Filler = Text;
// UTF-16LE code units.
using Wide = Text;

// End of a run of fields that lie side by side from `begin`; 0 when there is a hole or an overlap.
template <class... Fields>
constexpr std::size_t packed(std::size_t begin, const Fields&... fields) {
  bool whole = true;
  ((whole = whole && fields.offset == begin, begin = fields.end()), ...);
  return whole ? begin : 0;
}

// Section 1.1. PktSize reaches 1472 (Ethernet's 1500 less IP and UDP).
namespace packet {
inline constexpr Field<std::uint16_t> PktSize{0};
inline constexpr Field<std::uint8_t> MsgCount{2};  // 0 = heartbeat
inline constexpr Filler Unused{3, 1};              // not zero in captures: never validated
inline constexpr Field<std::uint32_t> SeqNum{4};   // of the first message
inline constexpr Field<std::uint64_t> SendTime{8};
inline constexpr std::size_t kHeaderSize = 16;
inline constexpr std::size_t kSizeMax = 1500;
inline constexpr std::size_t kSizeSent = 1472;
static_assert(packed(0, PktSize, MsgCount, Unused, SeqNum, SendTime) == kHeaderSize);
}  // namespace packet

// Section 1.2.
namespace message {
inline constexpr Field<std::uint16_t> MsgSize{0};  // these four bytes included
inline constexpr Field<std::uint16_t> MsgType{2};
inline constexpr std::size_t kHeaderSize = 4;
static_assert(packed(0, MsgSize, MsgType) == kHeaderSize);
}  // namespace message

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

// Section 2.2, what both layouts share.
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

// Section 2.9.
namespace nominal_price {
inline constexpr std::uint16_t kType = 40;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::int32_t> NominalPrice{8};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, NominalPrice) == kSize);
}  // namespace nominal_price

// Section 2.12.
namespace trade {
inline constexpr std::uint16_t kType = 50;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint32_t> TradeID{8};
inline constexpr Field<std::int32_t> Price{12};
inline constexpr Field<std::uint32_t> Quantity{16};
inline constexpr Field<std::int16_t> TrdType{20};
inline constexpr Filler Unused{22, 2};
inline constexpr Field<std::uint64_t> TradeTime{24};
inline constexpr std::size_t kSize = 32;
static_assert(packed(4, SecurityCode, TradeID, Price, Quantity, TrdType, Unused, TradeTime) ==
              kSize);
}  // namespace trade

// Section 2.14.
namespace trade_ticker {
inline constexpr std::uint16_t kType = 52;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::uint32_t> TickerID{8};
inline constexpr Field<std::int32_t> Price{12};
inline constexpr Field<std::uint64_t> AggregateQuantity{16};
inline constexpr Field<std::uint64_t> TradeTime{24};
inline constexpr Field<std::int16_t> TrdType{32};
inline constexpr Text TrdCancelFlag{34, 1};
inline constexpr Filler Unused{35, 1};
inline constexpr std::size_t kSize = 36;
static_assert(packed(4, SecurityCode, TickerID, Price, AggregateQuantity, TradeTime, TrdType,
                     TrdCancelFlag, Unused) == kSize);
}  // namespace trade_ticker

// Section 2.15: 12 bytes and NoEntries entries of 24, whose offsets count from the entry.
namespace aggregate_order_book_update {
inline constexpr std::uint16_t kType = 53;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Filler Unused{8, 3};
inline constexpr Field<std::uint8_t> NoEntries{11};
inline constexpr std::size_t kSize = 12;
static_assert(packed(4, SecurityCode, Unused, NoEntries) == kSize);
inline constexpr Field<std::uint64_t> AggregateQuantity{0};
inline constexpr Field<std::int32_t> Price{8};
inline constexpr Field<std::uint32_t> NumberOfOrders{12};
inline constexpr Field<std::uint16_t> Side{16};
inline constexpr Field<std::uint8_t> PriceLevel{18};
inline constexpr Field<std::uint8_t> UpdateAction{19};
inline constexpr Filler UnusedInEntry{20, 4};
inline constexpr std::size_t kEntrySize = 24;
static_assert(packed(0, AggregateQuantity, Price, NumberOfOrders, Side, PriceLevel, UpdateAction,
                     UnusedInEntry) == kEntrySize);
}  // namespace aggregate_order_book_update

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

// Section 2.18.
namespace closing_price {
inline constexpr std::uint16_t kType = 62;
inline constexpr Field<std::uint32_t> SecurityCode{4};
inline constexpr Field<std::int32_t> ClosingPrice{8};
inline constexpr Field<std::uint32_t> NumberOfTrades{12};
inline constexpr std::size_t kSize = 16;
static_assert(packed(4, SecurityCode, ClosingPrice, NumberOfTrades) == kSize);
}  // namespace closing_price

// Section 2.20. Int64 fields may be kNull (section 3.2).
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
inline constexpr std::int64_t kNull = std::numeric_limits<std::int64_t>::min();
static_assert(packed(4, IndexCode, IndexStatus, IndexTime, IndexValue, NetChgPrevDay, HighValue,
                     LowValue, EASValue, IndexTurnover, OpeningValue, ClosingValue,
                     PreviousSesClose, IndexVolume, NetChgPrevDayPct, Exception, Unused) == kSize);
}  // namespace index_data

// Section 1.4.
namespace sequence_reset {
inline constexpr std::uint16_t kType = 100;
inline constexpr Field<std::uint32_t> NewSeqNo{4};
inline constexpr std::size_t kSize = 8;
static_assert(packed(4, NewSeqNo) == kSize);
}  // namespace sequence_reset

}  // namespace indexcast::hkex::wire
