// Every field of every message that describe() knows, by its name in the exchange's specification
// and its place on the wire. Each table covers its bytes without a hole, which is checked here.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "feedhandlers/szse/wire.h"

namespace indexcast::szse {

enum class FieldKind : std::uint8_t {
  natural,   // 1, 2 or 4 bytes
  integer,   // 4 or 8 bytes, signed
  decimal,   // 8 bytes, signed, `places` of them implied
  text,      // padded
  password,  // text that is shown as its length
};

struct TableField {
  std::string_view name;
  std::size_t at = 0;
  std::size_t width = 0;
  FieldKind kind = FieldKind::natural;
  int places = 0;
};

constexpr TableField natural_field(std::string_view name, std::size_t at, std::size_t width) {
  return {name, at, width, FieldKind::natural, 0};
}
constexpr TableField integer_field(std::string_view name, std::size_t at, std::size_t width = 8) {
  return {name, at, width, FieldKind::integer, 0};
}
constexpr TableField decimal_field(std::string_view name, std::size_t at, int places) {
  return {name, at, 8, FieldKind::decimal, places};
}
constexpr TableField text_field(std::string_view name, std::size_t at, std::size_t width) {
  return {name, at, width, FieldKind::text, 0};
}

// The fields follow each other and end at `size`.
constexpr bool covers(std::span<const TableField> fields, std::size_t size) {
  std::size_t at = 0;
  for (const TableField& field : fields) {
    if (field.at != at) return false;
    at += field.width;
  }
  return at == size;
}

// Joins two tables: `rest` directly follows `first`; offsets in `rest` are computed here.
template <std::size_t N, std::size_t M>
consteval std::array<TableField, N + M> join(const std::array<TableField, N>& first,
                                             const std::array<TableField, M>& rest) {
  std::array<TableField, N + M> all{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < N + M; ++i) {
    all[i] = i < N ? first[i] : rest[i - N];
    all[i].at = at;
    at += all[i].width;
  }
  return all;
}

inline constexpr std::array kLogonFields{
    text_field("SenderCompID", logon::kSenderCompID, logon::kCompIDWidth),
    text_field("TargetCompID", logon::kTargetCompID, logon::kCompIDWidth),
    integer_field("HeartBtInt", logon::kHeartBtInt, 4),
    TableField{"Password", logon::kPassword, logon::kPasswordWidth, FieldKind::password, 0},
    text_field("DefaultApplVerID", logon::kDefaultApplVerID, logon::kDefaultApplVerIDWidth)};
static_assert(covers(kLogonFields, logon::kBody));

inline constexpr std::array kLogoutFields{integer_field("SessionStatus", logout::kSessionStatus, 4),
                                          text_field("Text", logout::kText, logout::kTextWidth)};
static_assert(covers(kLogoutFields, logout::kBody));

inline constexpr std::array kBusinessRejectFields{
    integer_field("RefSeqNum", business_reject::kRefSeqNum),
    natural_field("RefMsgType", business_reject::kRefMsgType, 4),
    text_field("BusinessRejectRefID", business_reject::kBusinessRejectRefID,
               business_reject::kBusinessRejectRefIDWidth),
    natural_field("BusinessRejectReason", business_reject::kBusinessRejectReason, 2),
    text_field("BusinessRejectText", business_reject::kBusinessRejectText,
               business_reject::kBusinessRejectTextWidth)};
static_assert(covers(kBusinessRejectFields, business_reject::kBody));

inline constexpr std::array kChannelHeartbeatFields{
    natural_field("ChannelNo", channel_heartbeat::kChannelNo, 2),
    integer_field("ApplLastSeqNum", channel_heartbeat::kApplLastSeqNum),
    natural_field("EndOfChannel", channel_heartbeat::kEndOfChannel, 2)};
static_assert(covers(kChannelHeartbeatFields, channel_heartbeat::kBody));

inline constexpr std::array kResendFields{
    natural_field("ResendType", resend::kResendType, 1),
    natural_field("ChannelNo", resend::kChannelNo, 2),
    integer_field("ApplBegSeqNum", resend::kApplBegSeqNum),
    integer_field("ApplEndSeqNum", resend::kApplEndSeqNum),
    text_field("NewsID", resend::kNewsID, resend::kNewsIDWidth),
    natural_field("ResendStatus", resend::kResendStatus, 1),
    text_field("RejectText", resend::kRejectText, resend::kRejectTextWidth)};
static_assert(covers(kResendFields, resend::kBody));

inline constexpr std::array kChannelStatisticsFields{
    integer_field("OrigTime", channel_statistics::kOrigTime),
    natural_field("ChannelNo", channel_statistics::kChannelNo, 2),
    natural_field("NoMDStreamID", channel_statistics::kNoMDStreamID, 4)};
static_assert(covers(kChannelStatisticsFields, channel_statistics::kStreams));
inline constexpr std::array kStreamStatisticsFields{
    text_field("MDStreamID", channel_statistics::kItemMDStreamID, snapshot::kMDStreamIDWidth),
    natural_field("StockNum", channel_statistics::kItemStockNum, 4),
    text_field("TradingPhaseCode", channel_statistics::kItemTradingPhaseCode,
               snapshot::kTradingPhaseCodeWidth)};
static_assert(covers(kStreamStatisticsFields, channel_statistics::kItemSize));

inline constexpr std::array kBulletinFields{
    integer_field("OrigTime", bulletin::kOrigTime),
    natural_field("ChannelNo", bulletin::kChannelNo, 2),
    text_field("NewsID", bulletin::kNewsID, bulletin::kNewsIDWidth),
    text_field("Headline", bulletin::kHeadline, bulletin::kHeadlineWidth),
    text_field("RawDataFormat", bulletin::kRawDataFormat, bulletin::kRawDataFormatWidth),
    natural_field("RawDataLength", bulletin::kRawDataLength, 4)};
static_assert(covers(kBulletinFields, bulletin::kRawData));

inline constexpr std::array kSecurityStatusFields{
    integer_field("OrigTime", security_status::kOrigTime),
    natural_field("ChannelNo", security_status::kChannelNo, 2),
    text_field("SecurityID", security_status::kSecurityID, snapshot::kSecurityIDWidth),
    text_field("SecurityIDSource", security_status::kSecurityIDSource,
               snapshot::kSecurityIDSourceWidth),
    text_field("FinancialStatus", security_status::kFinancialStatus,
               security_status::kFinancialStatusWidth),
    natural_field("NoSwitch", security_status::kNoSwitch, 4)};
static_assert(covers(kSecurityStatusFields, security_status::kSwitches));
inline constexpr std::array kSecuritySwitchFields{
    natural_field("SecuritySwitchType", security_status::kItemSecuritySwitchType, 2),
    natural_field("SecuritySwitchStatus", security_status::kItemSecuritySwitchStatus, 2)};
static_assert(covers(kSecuritySwitchFields, security_status::kItemSize));

inline constexpr std::array kMarketStatusFields{
    integer_field("OrigTime", market_status::kOrigTime),
    natural_field("ChannelNo", market_status::kChannelNo, 2),
    text_field("MarketID", market_status::kMarketID, market_status::kMarketIDWidth),
    text_field("MarketSegmentID", market_status::kMarketSegmentID,
               market_status::kMarketSegmentIDWidth),
    text_field("TradingSessionID", market_status::kTradingSessionID,
               market_status::kTradingSessionIDWidth),
    text_field("TradingSessionSubID", market_status::kTradingSessionSubID,
               market_status::kTradingSessionSubIDWidth),
    natural_field("TradSesStatus", market_status::kTradSesStatus, 2),
    integer_field("TradSesStartTime", market_status::kTradSesStartTime),
    integer_field("TradSesEndTime", market_status::kTradSesEndTime),
    decimal_field("ThresholdAmount", market_status::kThresholdAmount, kAmtDecimals),
    decimal_field("PosAmt", market_status::kPosAmt, kAmtDecimals),
    text_field("AmountStatus", market_status::kAmountStatus, market_status::kAmountStatusWidth)};
static_assert(covers(kMarketStatusFields, market_status::kBody));

// Orders, 2.10: a common part, then an extension by type.
inline constexpr std::array kOrderCommonFields{
    natural_field("ChannelNo", order::kChannelNo, 2),
    integer_field("ApplSeqNum", order::kApplSeqNum),
    text_field("MDStreamID", order::kMDStreamID, snapshot::kMDStreamIDWidth),
    text_field("SecurityID", order::kSecurityID, snapshot::kSecurityIDWidth),
    text_field("SecurityIDSource", order::kSecurityIDSource, snapshot::kSecurityIDSourceWidth),
    decimal_field("Price", order::kPrice, kPriceDecimals),
    decimal_field("OrderQty", order::kOrderQty, kQtyDecimals),
    text_field("Side", order::kSide, 1),
    integer_field("TransactTime", order::kTransactTime)};
static_assert(covers(kOrderCommonFields, order::kOrdType));
inline constexpr auto kOrderFields =
    join(kOrderCommonFields, std::array{text_field("OrdType", 0, 1)});
static_assert(covers(kOrderFields, order::kBody));
inline constexpr auto kNegotiatedOrderFields = join(
    kOrderCommonFields, std::array{text_field("ConfirmID", 0, 8), text_field("Contactor", 0, 12),
                                   text_field("ContactInfo", 0, 30)});
static_assert(covers(kNegotiatedOrderFields, 100));
inline constexpr auto kLendingOrderFields =
    join(kOrderCommonFields,
         std::array{natural_field("ExpirationDays", 0, 2), natural_field("ExpirationType", 0, 1)});
static_assert(covers(kLendingOrderFields, 53));
// Quoting member and investor, and the settlement of the trade.
inline constexpr std::array kBondInvestorFields{
    text_field("MemberID", 0, 6),     text_field("InvestorType", 0, 2),
    text_field("InvestorID", 0, 10),  text_field("InvestorName", 0, 120),
    text_field("TraderCode", 0, 8),   natural_field("SettlPeriod", 0, 1),
    natural_field("SettlType", 0, 2), text_field("Memo", 0, 160)};
inline constexpr auto kBondQuoteOrderFields =
    join(join(kOrderCommonFields, std::array{text_field("QuoteID", 0, 10)}),
         join(kBondInvestorFields, std::array{decimal_field("MinQty", 0, kQtyDecimals)}));
static_assert(covers(kBondQuoteOrderFields, 377));
inline constexpr auto kBondBiddingOrderFields =
    join(join(kOrderCommonFields, kBondInvestorFields),
         std::array{text_field("SecondaryOrderID", 0, 16), natural_field("BidTransType", 0, 2),
                    natural_field("BidExecInstType", 0, 2),
                    decimal_field("LowLimitPrice", 0, kPriceDecimals),
                    decimal_field("HighLimitPrice", 0, kPriceDecimals),
                    decimal_field("MinQty", 0, kQtyDecimals), natural_field("TradeDate", 0, 4)});
static_assert(covers(kBondBiddingOrderFields, 407));

// Trades, 2.10. 300191, 300291, 300591 and 300791 are the common part alone.
inline constexpr std::array kTradeFields{
    natural_field("ChannelNo", trade::kChannelNo, 2),
    integer_field("ApplSeqNum", trade::kApplSeqNum),
    text_field("MDStreamID", trade::kMDStreamID, snapshot::kMDStreamIDWidth),
    integer_field("BidApplSeqNum", trade::kBidApplSeqNum),
    integer_field("OfferApplSeqNum", trade::kOfferApplSeqNum),
    text_field("SecurityID", trade::kSecurityID, snapshot::kSecurityIDWidth),
    text_field("SecurityIDSource", trade::kSecurityIDSource, snapshot::kSecurityIDSourceWidth),
    decimal_field("LastPx", trade::kLastPx, kPriceDecimals),
    decimal_field("LastQty", trade::kLastQty, kQtyDecimals),
    text_field("ExecType", trade::kExecType, 1),
    integer_field("TransactTime", trade::kTransactTime)};
static_assert(covers(kTradeFields, trade::kBody));
inline constexpr auto kBondQuoteTradeFields = join(
    kTradeFields, std::array{natural_field("SettlPeriod", 0, 1), natural_field("SettlType", 0, 2)});
static_assert(covers(kBondQuoteTradeFields, 69));
inline constexpr auto kBondBiddingTradeFields =
    join(kBondQuoteTradeFields,
         std::array{text_field("SecondaryOrderID", 0, 16), natural_field("BidExecInstType", 0, 2),
                    decimal_field("MarginPrice", 0, kPriceDecimals)});
static_assert(covers(kBondBiddingTradeFields, 95));

// 390093, 1.5.
inline constexpr std::array kUserReportFields{integer_field("OrigTime", 0),
                                              text_field("VersionCode", 8, 16),
                                              natural_field("UserNum", 24, 2)};
static_assert(covers(kUserReportFields, 26));

// Snapshots. The common part (2.2), and with the count of the entries that most types have.
inline constexpr std::array kSnapshotCommonFields{
    integer_field("OrigTime", snapshot::kOrigTime),
    natural_field("ChannelNo", snapshot::kChannelNo, 2),
    text_field("MDStreamID", snapshot::kMDStreamID, snapshot::kMDStreamIDWidth),
    text_field("SecurityID", snapshot::kSecurityID, snapshot::kSecurityIDWidth),
    text_field("SecurityIDSource", snapshot::kSecurityIDSource, snapshot::kSecurityIDSourceWidth),
    text_field("TradingPhaseCode", snapshot::kTradingPhaseCode, snapshot::kTradingPhaseCodeWidth),
    decimal_field("PrevClosePx", snapshot::kPrevClosePx, kPriceDecimals),
    integer_field("NumTrades", snapshot::kNumTrades),
    decimal_field("TotalVolumeTrade", snapshot::kTotalVolumeTrade, kQtyDecimals),
    decimal_field("TotalValueTrade", snapshot::kTotalValueTrade, kAmtDecimals)};
static_assert(covers(kSnapshotCommonFields, snapshot::kNoMDEntries));
inline constexpr auto kSnapshotFields =
    join(kSnapshotCommonFields, std::array{natural_field("NoMDEntries", 0, 4)});
static_assert(covers(kSnapshotFields, snapshot::kEntries));
inline constexpr auto kVolumeStatisticsFields =
    join(kSnapshotCommonFields, std::array{natural_field("StockNum", 0, 4)});
static_assert(covers(kVolumeStatisticsFields, volume_statistics::kBody));

inline constexpr std::array kEntryFields{
    text_field("MDEntryType", entry::kMDEntryType, 2),
    decimal_field("MDEntryPx", entry::kMDEntryPx, kEntryPxDecimals),
    decimal_field("MDEntrySize", entry::kMDEntrySize, kQtyDecimals),
    natural_field("MDPriceLevel", entry::kMDPriceLevel, 2),
    integer_field("NumberOfOrders", entry::kNumberOfOrders),
    natural_field("NoOrders", entry::kNoOrders, 4)};
static_assert(covers(kEntryFields, entry::kOrderQty));
inline constexpr std::array kOrderQtyFields{decimal_field("OrderQty", 0, kQtyDecimals)};
static_assert(covers(kOrderQtyFields, entry::kOrderQtySize));

inline constexpr std::array kAfterHoursEntryFields{
    text_field("MDEntryType", after_hours_entry::kMDEntryType, 2),
    decimal_field("MDEntryPx", after_hours_entry::kMDEntryPx, kEntryPxDecimals),
    decimal_field("MDEntrySize", after_hours_entry::kMDEntrySize, kQtyDecimals)};
static_assert(covers(kAfterHoursEntryFields, after_hours_entry::kSize));

// Fields behind the entries of a 300211, 2.9.
inline constexpr std::array kSubTradingPhaseCountFields{
    natural_field("NoSubTradingPhaseCodes", 0, 4)};
inline constexpr std::array kSubTradingPhaseFields{text_field("SubTradingPhaseCode", 0, 8),
                                                   natural_field("TradingType", 8, 1)};
static_assert(covers(kSubTradingPhaseFields, 9));
inline constexpr std::array kAuctionTotalFields{
    decimal_field("AuctionVolumeTrade", 0, kQtyDecimals),
    decimal_field("AuctionValueTrade", 8, kAmtDecimals)};
static_assert(covers(kAuctionTotalFields, 16));

inline constexpr std::array kIndexEntryFields{
    text_field("MDEntryType", index_entry::kMDEntryType, 2),
    decimal_field("MDEntryPx", index_entry::kMDEntryPx, kEntryPxDecimals)};
static_assert(covers(kIndexEntryFields, index_entry::kSize));

inline constexpr std::array kHkEntryFields{
    text_field("MDEntryType", hk_entry::kMDEntryType, 2),
    decimal_field("MDEntryPx", hk_entry::kMDEntryPx, kEntryPxDecimals),
    decimal_field("MDEntrySize", hk_entry::kMDEntrySize, kQtyDecimals),
    natural_field("MDPriceLevel", hk_entry::kMDPriceLevel, 2)};
static_assert(covers(kHkEntryFields, hk_entry::kSize));
inline constexpr std::array kComplexEventCountFields{natural_field("NoComplexEventTimes", 0, 4)};
inline constexpr std::array kComplexEventFields{
    integer_field("ComplexEventStartTime", complex_event::kStartTime),
    integer_field("ComplexEventEndTime", complex_event::kEndTime)};
static_assert(covers(kComplexEventFields, complex_event::kSize));

}  // namespace indexcast::szse
