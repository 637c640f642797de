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
inline constexpr std::uint32_t kMsgSnapshot = 300111;           // spot and option auction
inline constexpr std::uint32_t kMsgBulletin = 390012;           // carries whole files
inline constexpr std::uint32_t kMsgChannelStatistics = 390090;  // every 15 s
inline constexpr std::uint32_t kMsgChannelHeartbeat = 390095;   // every 3 s on tick channels
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

// Common part of all snapshots, 2.2, and the extension of 300111, 2.3.
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

inline constexpr std::string_view kStreamSpot = "010";
inline constexpr std::string_view kSourceSzse = "102 ";

// Implied decimals (2.1). PrevClosePx has 4, entries have 6.
inline constexpr int kPriceDecimals = 4;
inline constexpr int kQtyDecimals = 2;
inline constexpr int kAmtDecimals = 4;
inline constexpr int kEntryPxDecimals = 6;
// 999999999.9999 stands for "none" (2.6, 3.1); all nines of the width of each field.
inline constexpr std::int64_t kPriceOverflow = 9'999'999'999'999;
inline constexpr std::int64_t kEntryPxOverflow = 999'999'999'999'900;

// Communication version, 1.4.
inline constexpr std::string_view kCommunicationVersion = "1.02";
// SessionStatus of an ordinary end, 1.5.
inline constexpr std::int32_t kLogoutComplete = 4;

}  // namespace indexcast::szse
