// The bytes of SSE MDGW BINARY messages (IS120-B 0.60 and 0.61; protocol notes 2). Big-endian
// throughout, nothing aligned. Offsets count from the first byte of the message. Field names are
// the exchange's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace indexcast::sse {

// MsgType is four characters; as a number it is their big-endian value.
constexpr std::uint32_t msg_type(std::string_view four) {
  std::uint32_t value = 0;
  for (const char c : four) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}
inline constexpr std::uint32_t kMsgLogon = msg_type("S001");
inline constexpr std::uint32_t kMsgLogout = msg_type("S002");
inline constexpr std::uint32_t kMsgHeartbeat = msg_type("S003");
inline constexpr std::uint32_t kMsgMarketStatus = msg_type("M101");
inline constexpr std::uint32_t kMsgSnapshot = msg_type("M102");
// Since 0.61, for bonds outside the matching market (2.4). `decode` shows them, the feed handler
// skips them.
inline constexpr std::uint32_t kMsgChannelHeartbeat = msg_type("P001");
inline constexpr std::uint32_t kMsgRetransmission = msg_type("P002");
inline constexpr std::uint32_t kMsgTick = msg_type("M201");

// A message is header, body and trailer, at most 8 KiB together (2.1).
inline constexpr std::size_t kHeaderSize = 24;
inline constexpr std::size_t kTrailerSize = 4;
inline constexpr std::size_t kMaxMessageSize = 8192;
inline constexpr std::size_t kMaxBodyLength = kMaxMessageSize - kHeaderSize - kTrailerSize;

// Header, 2.1.
namespace header {
inline constexpr std::size_t kMsgType = 0;
inline constexpr std::size_t kSendingTime = 4;
inline constexpr std::size_t kMsgSeqNum = 12;
inline constexpr std::size_t kBodyLength = 20;
static_assert(kBodyLength + 4 == kHeaderSize);
}  // namespace header

// S001, 2.2.
namespace logon {
inline constexpr std::size_t kSenderCompID = 24;
inline constexpr std::size_t kTargetCompID = 56;
inline constexpr std::size_t kHeartBtInt = 88;
inline constexpr std::size_t kApplVerID = 90;
inline constexpr std::size_t kBody = 74;
inline constexpr std::size_t kCompIDWidth = 32;
inline constexpr std::size_t kApplVerIDWidth = 8;
static_assert(kApplVerID + kApplVerIDWidth == kHeaderSize + kBody);
}  // namespace logon

// S002, 2.2.
namespace logout {
inline constexpr std::size_t kSessionStatus = 24;
inline constexpr std::size_t kText = 28;
inline constexpr std::size_t kBody = 260;
inline constexpr std::size_t kTextWidth = 256;
static_assert(kText + kTextWidth == kHeaderSize + kBody);
}  // namespace logout

// M101, 2.3.
namespace market_status {
inline constexpr std::size_t kSecurityType = 24;
inline constexpr std::size_t kTradSesMode = 25;
inline constexpr std::size_t kTradingSessionID = 26;
inline constexpr std::size_t kTotNoRelatedSym = 34;
inline constexpr std::size_t kBody = 14;
static_assert(kTotNoRelatedSym + 4 == kHeaderSize + kBody);
}  // namespace market_status

// M102, 2.4.
namespace snapshot {
inline constexpr std::size_t kSecurityType = 24;
inline constexpr std::size_t kTradSesMode = 25;
inline constexpr std::size_t kTradeDate = 26;
inline constexpr std::size_t kLastUpdateTime = 30;
inline constexpr std::size_t kMDStreamID = 34;
inline constexpr std::size_t kSecurityID = 39;
inline constexpr std::size_t kSymbol = 47;
inline constexpr std::size_t kPreClosePx = 55;
inline constexpr std::size_t kTotalVolumeTraded = 63;
inline constexpr std::size_t kNumTrades = 71;
inline constexpr std::size_t kTotalValueTraded = 79;
inline constexpr std::size_t kTradingPhaseCode = 87;
inline constexpr std::size_t kNoMDEntries = 95;
inline constexpr std::size_t kEntries = 97;
inline constexpr std::size_t kBody = 73;  // without entries
inline constexpr std::size_t kMDStreamIDWidth = 5;
inline constexpr std::size_t kCodeWidth = 8;  // SecurityID, Symbol, TradingPhaseCode
static_assert(kEntries == kHeaderSize + kBody);
}  // namespace snapshot

// One entry of M102, offsets from its own start. Index entries (MD001) end after the price.
namespace entry {
inline constexpr std::size_t kMDEntryType = 0;
inline constexpr std::size_t kMDEntryPx = 2;
inline constexpr std::size_t kMDEntrySize = 10;
inline constexpr std::size_t kMDEntryPositionNo = 18;
inline constexpr std::size_t kIndexSize = 10;
inline constexpr std::size_t kSize = 19;
}  // namespace entry
static_assert(snapshot::kEntries + 14 * entry::kSize + kTrailerSize == 367,
              "a stock with 14 entries is 367 bytes (2.4)");

// P001, 2.4.
namespace channel_heartbeat {
inline constexpr std::size_t kSecurityType = 24;
inline constexpr std::size_t kChannelNO = 25;
inline constexpr std::size_t kApplLastSeqNum = 27;
inline constexpr std::size_t kEndOfChannel = 35;
inline constexpr std::size_t kBody = 12;
static_assert(kEndOfChannel + 1 == kHeaderSize + kBody);
}  // namespace channel_heartbeat

// P002, 2.4: a request, and the answer to it.
namespace retransmission {
inline constexpr std::size_t kChannelNO = 24;
inline constexpr std::size_t kResendType = 26;
inline constexpr std::size_t kApplBegSeqNum = 27;
inline constexpr std::size_t kApplEndSeqNum = 35;
inline constexpr std::size_t kResendStatus = 43;
inline constexpr std::size_t kRejectText = 44;
inline constexpr std::size_t kRejectTextWidth = 32;
inline constexpr std::size_t kBody = 52;
static_assert(kRejectText + kRejectTextWidth == kHeaderSize + kBody);
}  // namespace retransmission

// M201, 2.4, without the extension that depends on MDStreamID.
namespace tick {
inline constexpr std::size_t kSecurityType = 24;
inline constexpr std::size_t kChannelNO = 25;
inline constexpr std::size_t kApplSeqNum = 27;
inline constexpr std::size_t kMDStreamID = 35;
inline constexpr std::size_t kSecurityID = 40;
inline constexpr std::size_t kTransactTime = 48;
inline constexpr std::size_t kExecType = 52;
inline constexpr std::size_t kPrice = 53;
inline constexpr std::size_t kOrderQty = 61;
inline constexpr std::size_t kBody = 45;
static_assert(kOrderQty + 8 == kHeaderSize + kBody);
}  // namespace tick

// MDEntryType is two characters, space padded; as a number it is their big-endian value.
constexpr std::uint16_t entry_type(char first, char second = ' ') {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(first) << 8 |
                                    static_cast<std::uint8_t>(second));
}
inline constexpr std::uint16_t kEntryBid = entry_type('0');
inline constexpr std::uint16_t kEntryAsk = entry_type('1');
inline constexpr std::uint16_t kEntryLast = entry_type('2');
inline constexpr std::uint16_t kEntryLastIndex = entry_type('3');  // MD001 only
inline constexpr std::uint16_t kEntryOpen = entry_type('4');
inline constexpr std::uint16_t kEntryClose = entry_type('5');
inline constexpr std::uint16_t kEntryHigh = entry_type('7');
inline constexpr std::uint16_t kEntryLow = entry_type('8');

inline constexpr std::uint16_t kEntrySettlement = entry_type('6');
inline constexpr std::uint16_t kEntryIopv = entry_type('v');          // MD004 and MDE01
inline constexpr std::uint16_t kEntryPreCloseIopv = entry_type('w');  // MD004

inline constexpr std::string_view kStreamIndex = "MD001";
inline constexpr std::string_view kStreamShares = "MD002";
inline constexpr std::string_view kStreamDistribution = "MD003";
inline constexpr std::string_view kStreamFunds = "MD004";
inline constexpr std::string_view kStreamAfterHours = "MD102";
inline constexpr std::string_view kStreamIopv = "MDE01";

// SecurityType (2.3); 2 derivatives, 12 bonds in the matching market.
inline constexpr std::uint8_t kSecurityTypeStock = 1;     // stocks, funds, indices
inline constexpr std::uint8_t kSecurityTypeBusiness = 3;  // pre-issue, after-hours
inline constexpr std::uint8_t kSecurityTypeBond = 13;     // outside the matching market
inline constexpr std::uint8_t kSecurityTypeIopv = 14;     // from outside the exchange

// TradSesMode (2.3).
inline constexpr std::uint8_t kTradSesModeTest = 1;
inline constexpr std::uint8_t kTradSesModeSimulation = 2;
inline constexpr std::uint8_t kTradSesModeProduction = 3;

// Implied decimals (2.4) and the overflow codes, all nines of the declared width (2.1).
inline constexpr int kPriceDecimals = 5;     // N13(5)
inline constexpr int kValueDecimals = 2;     // N16(2)
inline constexpr int kOrderQtyDecimals = 3;  // N15(3), M201 alone
inline constexpr std::uint64_t kPriceOverflow = 9'999'999'999'999;
inline constexpr std::uint64_t kVolumeOverflow = 9'999'999'999'999'999;
inline constexpr std::uint64_t kValueOverflow = 9'999'999'999'999'999;

}  // namespace indexcast::sse
