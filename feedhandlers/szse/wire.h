// The bytes of SZSE Binary messages (S117 Ver1.17; protocol notes 1 and 2). Big-endian throughout,
// nothing aligned. Offsets of fields count from the first byte of the body, entry fields from the
// entry's. Field names are the exchange's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace indexcast::szse {

inline constexpr std::uint32_t kMsgLogon = 1;
inline constexpr std::uint32_t kMsgLogout = 2;
inline constexpr std::uint32_t kMsgHeartbeat = 3;
inline constexpr std::uint32_t kMsgBusinessReject = 8;
inline constexpr std::uint32_t kMsgSnapshot = 300111;          // spot and option auction
inline constexpr std::uint32_t kMsgTrade = 300191;             // spot and option execution
inline constexpr std::uint32_t kMsgOrder = 300192;             // spot and option order
inline constexpr std::uint32_t kMsgBondSnapshot = 300211;      // bonds, repo, bond distribution
inline constexpr std::uint32_t kMsgAfterHoursBlock = 300611;   // block trades after the close
inline constexpr std::uint32_t kMsgAfterHoursFixed = 303711;   // fixed price trades after the close
inline constexpr std::uint32_t kMsgHkSnapshot = 306311;        // Hong Kong Connect
inline constexpr std::uint32_t kMsgIndexSnapshot = 309011;     // SZSE and CNI indices
inline constexpr std::uint32_t kMsgVolumeStatistics = 309111;  // turnover of a group of securities
inline constexpr std::uint32_t kMsgFundNav = 309211;           // a fund's reference net asset value
inline constexpr std::uint32_t kMsgBulletin = 390012;          // carries whole files
inline constexpr std::uint32_t kMsgSecurityStatus = 390013;    // every 15 s
inline constexpr std::uint32_t kMsgMarketStatus = 390019;      // every 3 s, Hong Kong Connect only
inline constexpr std::uint32_t kMsgChannelStatistics = 390090;  // every 15 s
inline constexpr std::uint32_t kMsgResend = 390094;             // second session only
inline constexpr std::uint32_t kMsgChannelHeartbeat = 390095;   // every 3 s on tick channels
// Ticks of other products (2.10), which `decode` shows and the feed handler skips.
inline constexpr std::uint32_t kMsgBondTrade = 300291;  // repo and cash bonds, matched
inline constexpr std::uint32_t kMsgBondOrder = 300292;
inline constexpr std::uint32_t kMsgBondQuoteTrade = 300391;  // bonds, quoted and negotiated
inline constexpr std::uint32_t kMsgBondQuoteOrder = 300392;
inline constexpr std::uint32_t kMsgBondBiddingTrade = 300491;  // bonds, bidding
inline constexpr std::uint32_t kMsgBondBiddingOrder = 300492;
inline constexpr std::uint32_t kMsgNegotiatedTrade = 300591;
inline constexpr std::uint32_t kMsgNegotiatedOrder = 300592;
inline constexpr std::uint32_t kMsgLendingTrade = 300791;  // securities lending
inline constexpr std::uint32_t kMsgLendingOrder = 300792;
inline constexpr std::uint32_t kMsgUserReport = 390093;  // sent by information vendors (1.5)
// Application types are six digits beginning with 3 (1.5, 1.6); new ones must be skipped (1.3).
inline constexpr std::uint32_t kFirstApplicationType = 300000;
inline constexpr std::uint32_t kLastApplicationType = 399999;

// Frame, 1.2: MsgType, BodyLength, body, Checksum.
inline constexpr std::size_t kHeaderSize = 8;
inline constexpr std::size_t kTrailerSize = 4;
// S117 sets no limit. The longest message we know beside bulletins is a 300111 with ten levels a
// side, 50 order quantities on each best level and every optional entry: under 3 KiB. 64 KiB leaves
// room for growth and bounds what a hostile length can make us wait for.
inline constexpr std::size_t kMaxBodyLength = 64 * 1024;
// A bulletin holds a text or PDF file; its bytes are passed over and never kept.
inline constexpr std::size_t kMaxBulletinLength = 64 * 1024 * 1024;

namespace header {
inline constexpr std::size_t kMsgType = 0;
inline constexpr std::size_t kBodyLength = 4;
static_assert(kBodyLength + 4 == kHeaderSize);
}  // namespace header

// 1, section 1.5.
namespace logon {
inline constexpr std::size_t kSenderCompID = 0;
inline constexpr std::size_t kTargetCompID = 20;
inline constexpr std::size_t kHeartBtInt = 40;
inline constexpr std::size_t kPassword = 44;
inline constexpr std::size_t kDefaultApplVerID = 60;
inline constexpr std::size_t kBody = 92;
inline constexpr std::size_t kCompIDWidth = 20;
inline constexpr std::size_t kPasswordWidth = 16;
inline constexpr std::size_t kDefaultApplVerIDWidth = 32;
static_assert(kDefaultApplVerID + kDefaultApplVerIDWidth == kBody);
}  // namespace logon

// 2, section 1.5.
namespace logout {
inline constexpr std::size_t kSessionStatus = 0;
inline constexpr std::size_t kText = 4;
inline constexpr std::size_t kBody = 204;
inline constexpr std::size_t kTextWidth = 200;
static_assert(kText + kTextWidth == kBody);
}  // namespace logout

// 390095, section 1.5.
namespace channel_heartbeat {
inline constexpr std::size_t kChannelNo = 0;
inline constexpr std::size_t kApplLastSeqNum = 2;
inline constexpr std::size_t kEndOfChannel = 10;
inline constexpr std::size_t kBody = 12;
static_assert(kEndOfChannel + 2 == kBody);
}  // namespace channel_heartbeat

// 390090, section 1.5; one item per stream.
namespace channel_statistics {
inline constexpr std::size_t kOrigTime = 0;
inline constexpr std::size_t kChannelNo = 8;
inline constexpr std::size_t kNoMDStreamID = 10;
inline constexpr std::size_t kStreams = 14;
inline constexpr std::size_t kItemMDStreamID = 0;
inline constexpr std::size_t kItemStockNum = 3;
inline constexpr std::size_t kItemTradingPhaseCode = 7;
inline constexpr std::size_t kItemSize = 15;
}  // namespace channel_statistics

// 8, section 1.5.
namespace business_reject {
inline constexpr std::size_t kRefSeqNum = 0;
inline constexpr std::size_t kRefMsgType = 8;
inline constexpr std::size_t kBusinessRejectRefID = 12;
inline constexpr std::size_t kBusinessRejectReason = 22;
inline constexpr std::size_t kBusinessRejectText = 24;
inline constexpr std::size_t kBody = 74;
inline constexpr std::size_t kBusinessRejectRefIDWidth = 10;
inline constexpr std::size_t kBusinessRejectTextWidth = 50;
static_assert(kBusinessRejectRefID + kBusinessRejectRefIDWidth == kBusinessRejectReason);
static_assert(kBusinessRejectText + kBusinessRejectTextWidth == kBody);
}  // namespace business_reject

// 390094, section 1.5: a request, and the answer that ends what was asked for.
namespace resend {
inline constexpr std::size_t kResendType = 0;
inline constexpr std::size_t kChannelNo = 1;
inline constexpr std::size_t kApplBegSeqNum = 3;
inline constexpr std::size_t kApplEndSeqNum = 11;
inline constexpr std::size_t kNewsID = 19;
inline constexpr std::size_t kResendStatus = 27;
inline constexpr std::size_t kRejectText = 28;
inline constexpr std::size_t kBody = 44;
inline constexpr std::size_t kNewsIDWidth = 8;
inline constexpr std::size_t kRejectTextWidth = 16;
static_assert(kNewsID + kNewsIDWidth == kResendStatus);
static_assert(kRejectText + kRejectTextWidth == kBody);
}  // namespace resend

// 390012, section 2.13; RawData follows.
namespace bulletin {
inline constexpr std::size_t kOrigTime = 0;
inline constexpr std::size_t kChannelNo = 8;
inline constexpr std::size_t kNewsID = 10;
inline constexpr std::size_t kHeadline = 18;
inline constexpr std::size_t kRawDataFormat = 146;
inline constexpr std::size_t kRawDataLength = 154;
inline constexpr std::size_t kRawData = 158;
inline constexpr std::size_t kNewsIDWidth = 8;
inline constexpr std::size_t kHeadlineWidth = 128;
inline constexpr std::size_t kRawDataFormatWidth = 8;
static_assert(kRawDataFormat + kRawDataFormatWidth == kRawDataLength);
static_assert(kRawDataLength + 4 == kRawData);
}  // namespace bulletin

// 390013, section 2.12; one item per switch.
namespace security_status {
inline constexpr std::size_t kOrigTime = 0;
inline constexpr std::size_t kChannelNo = 8;
inline constexpr std::size_t kSecurityID = 10;
inline constexpr std::size_t kSecurityIDSource = 18;
inline constexpr std::size_t kFinancialStatus = 22;
inline constexpr std::size_t kNoSwitch = 30;
inline constexpr std::size_t kSwitches = 34;
inline constexpr std::size_t kItemSecuritySwitchType = 0;
inline constexpr std::size_t kItemSecuritySwitchStatus = 2;
inline constexpr std::size_t kItemSize = 4;
inline constexpr std::size_t kFinancialStatusWidth = 8;
static_assert(kFinancialStatus + kFinancialStatusWidth == kNoSwitch);
static_assert(kNoSwitch + 4 == kSwitches);
}  // namespace security_status

// 390019, section 2.11.
namespace market_status {
inline constexpr std::size_t kOrigTime = 0;
inline constexpr std::size_t kChannelNo = 8;
inline constexpr std::size_t kMarketID = 10;
inline constexpr std::size_t kMarketSegmentID = 18;
inline constexpr std::size_t kTradingSessionID = 26;
inline constexpr std::size_t kTradingSessionSubID = 30;
inline constexpr std::size_t kTradSesStatus = 34;
inline constexpr std::size_t kTradSesStartTime = 36;
inline constexpr std::size_t kTradSesEndTime = 44;
inline constexpr std::size_t kThresholdAmount = 52;
inline constexpr std::size_t kPosAmt = 60;
inline constexpr std::size_t kAmountStatus = 68;
inline constexpr std::size_t kBody = 69;
inline constexpr std::size_t kMarketIDWidth = 8;
inline constexpr std::size_t kMarketSegmentIDWidth = 8;
inline constexpr std::size_t kTradingSessionIDWidth = 4;
inline constexpr std::size_t kTradingSessionSubIDWidth = 4;
inline constexpr std::size_t kAmountStatusWidth = 1;
static_assert(kTradingSessionSubID + kTradingSessionSubIDWidth == kTradSesStatus);
static_assert(kAmountStatus + kAmountStatusWidth == kBody);
}  // namespace market_status

// 300192, section 2.10.
namespace order {
inline constexpr std::size_t kChannelNo = 0;
inline constexpr std::size_t kApplSeqNum = 2;
inline constexpr std::size_t kMDStreamID = 10;
inline constexpr std::size_t kSecurityID = 13;
inline constexpr std::size_t kSecurityIDSource = 21;
inline constexpr std::size_t kPrice = 25;
inline constexpr std::size_t kOrderQty = 33;
inline constexpr std::size_t kSide = 41;
inline constexpr std::size_t kTransactTime = 42;
inline constexpr std::size_t kOrdType = 50;
inline constexpr std::size_t kBody = 51;
static_assert(kOrdType + 1 == kBody);
}  // namespace order

// 300191, section 2.10.
namespace trade {
inline constexpr std::size_t kChannelNo = 0;
inline constexpr std::size_t kApplSeqNum = 2;
inline constexpr std::size_t kMDStreamID = 10;
inline constexpr std::size_t kBidApplSeqNum = 13;
inline constexpr std::size_t kOfferApplSeqNum = 21;
inline constexpr std::size_t kSecurityID = 29;
inline constexpr std::size_t kSecurityIDSource = 37;
inline constexpr std::size_t kLastPx = 41;
inline constexpr std::size_t kLastQty = 49;
inline constexpr std::size_t kExecType = 57;
inline constexpr std::size_t kTransactTime = 58;
inline constexpr std::size_t kBody = 66;
static_assert(kTransactTime + 8 == kBody);
}  // namespace trade

// Common part of all snapshots, 2.2; the extension begins at kNoMDEntries.
namespace snapshot {
inline constexpr std::size_t kOrigTime = 0;
inline constexpr std::size_t kChannelNo = 8;
inline constexpr std::size_t kMDStreamID = 10;
inline constexpr std::size_t kSecurityID = 13;
inline constexpr std::size_t kSecurityIDSource = 21;
inline constexpr std::size_t kTradingPhaseCode = 25;
inline constexpr std::size_t kPrevClosePx = 33;
inline constexpr std::size_t kNumTrades = 41;
inline constexpr std::size_t kTotalVolumeTrade = 49;
inline constexpr std::size_t kTotalValueTrade = 57;
inline constexpr std::size_t kNoMDEntries = 65;
inline constexpr std::size_t kEntries = 69;
inline constexpr std::size_t kMDStreamIDWidth = 3;
inline constexpr std::size_t kSecurityIDWidth = 8;
inline constexpr std::size_t kSecurityIDSourceWidth = 4;
inline constexpr std::size_t kTradingPhaseCodeWidth = 8;
static_assert(kPrevClosePx == kTradingPhaseCode + kTradingPhaseCodeWidth);
static_assert(kTotalValueTrade + 8 == kNoMDEntries);
}  // namespace snapshot

// One entry of 300111, 2.3: 32 bytes and 8 for each of NoOrders (not NumberOfOrders) quantities.
namespace entry {
inline constexpr std::size_t kMDEntryType = 0;
inline constexpr std::size_t kMDEntryPx = 2;
inline constexpr std::size_t kMDEntrySize = 10;
inline constexpr std::size_t kMDPriceLevel = 18;
inline constexpr std::size_t kNumberOfOrders = 20;
inline constexpr std::size_t kNoOrders = 28;
inline constexpr std::size_t kOrderQty = 32;
inline constexpr std::size_t kOrderQtySize = 8;
}  // namespace entry

// One entry of 300611 and of 303711, 2.8: no price level.
namespace after_hours_entry {
inline constexpr std::size_t kMDEntryType = 0;
inline constexpr std::size_t kMDEntryPx = 2;
inline constexpr std::size_t kMDEntrySize = 10;
inline constexpr std::size_t kSize = 18;
}  // namespace after_hours_entry

// One entry of 309011 (2.4) and of 309211 (2.7).
namespace index_entry {
inline constexpr std::size_t kMDEntryType = 0;
inline constexpr std::size_t kMDEntryPx = 2;
inline constexpr std::size_t kSize = 10;
}  // namespace index_entry

// One entry of 306311, and one item of its second group, 2.6.
namespace hk_entry {
inline constexpr std::size_t kMDEntryType = 0;
inline constexpr std::size_t kMDEntryPx = 2;
inline constexpr std::size_t kMDEntrySize = 10;
inline constexpr std::size_t kMDPriceLevel = 18;
inline constexpr std::size_t kSize = 20;
}  // namespace hk_entry
namespace complex_event {
inline constexpr std::size_t kStartTime = 0;
inline constexpr std::size_t kEndTime = 8;
inline constexpr std::size_t kSize = 16;
}  // namespace complex_event

// 309111, 2.5: StockNum stands where the others count their entries.
namespace volume_statistics {
inline constexpr std::size_t kStockNum = snapshot::kNoMDEntries;
inline constexpr std::size_t kBody = 69;
static_assert(kStockNum + 4 == kBody);
}  // namespace volume_statistics

// MDEntryType is two characters, space padded; as a number it is their big-endian value (3.1).
constexpr std::uint16_t entry_type(char first, char second = ' ') {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(first) << 8 |
                                    static_cast<std::uint8_t>(second));
}
inline constexpr std::uint16_t kEntryBid = entry_type('0');
inline constexpr std::uint16_t kEntryAsk = entry_type('1');
inline constexpr std::uint16_t kEntryLast = entry_type('2');
inline constexpr std::uint16_t kEntryOpen = entry_type('4');
inline constexpr std::uint16_t kEntryHigh = entry_type('7');
inline constexpr std::uint16_t kEntryLow = entry_type('8');
inline constexpr std::uint16_t kEntryUpperLimit = entry_type('x', 'e');
inline constexpr std::uint16_t kEntryLowerLimit = entry_type('x', 'f');

// Entry types of 309011 (2.4).
inline constexpr std::uint16_t kEntryIndex = entry_type('3');
inline constexpr std::uint16_t kEntryIndexPrevClose = entry_type('x', 'a');
inline constexpr std::uint16_t kEntryIndexClose = entry_type('x', 'l');
// Entry types of 309211 (2.7).
inline constexpr std::uint16_t kEntryFundNav = entry_type('x', '8');

inline constexpr std::string_view kStreamSpot = "010";
inline constexpr std::string_view kStreamSpotTicks = "011";
inline constexpr std::string_view kStreamBlockAtClose = "060";  // 300611
inline constexpr std::string_view kStreamBlockAtVwap = "061";   // 300611
inline constexpr std::string_view kStreamAfterHours = "370";    // 303711
inline constexpr std::string_view kStreamSzseIndex = "900";
inline constexpr std::string_view kStreamCniIndex = "920";
inline constexpr std::string_view kStreamFundNav = "930";
inline constexpr std::string_view kSourceSzse = "102 ";

// Implied decimals (2.1). PrevClosePx has 4, entries have 6.
inline constexpr int kPriceDecimals = 4;
inline constexpr int kQtyDecimals = 2;
inline constexpr int kAmtDecimals = 4;
inline constexpr int kEntryPxDecimals = 6;
// 999999999.9999 stands for "none" (2.6, 3.1); all nines of the width of each field.
inline constexpr std::int64_t kPriceOverflow = 9'999'999'999'999;
inline constexpr std::int64_t kEntryPxOverflow = 999'999'999'999'900;

// ExecType of 300191.
inline constexpr char kExecTrade = 'F';
inline constexpr char kExecCancel = '4';

// ResendType, and ResendStatus of an answer (1.5).
inline constexpr std::uint8_t kResendTicks = 1;
inline constexpr std::uint8_t kResendBulletin = 2;
inline constexpr std::uint8_t kResendDone = 1;
inline constexpr std::uint8_t kResendPartlyDone = 2;
inline constexpr std::uint8_t kResendNoPermission = 3;
inline constexpr std::uint8_t kResendUnavailable = 4;

// Communication version, 1.4.
inline constexpr std::string_view kCommunicationVersion = "1.02";
// SessionStatus of an ordinary end, 1.5.
inline constexpr std::int32_t kSessionActive = 0;
inline constexpr std::int32_t kLogoutComplete = 4;

}  // namespace indexcast::szse
