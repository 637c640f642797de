#include "feedhandlers/sse/describe.h"

#include <array>
#include <limits>
#include <span>
#include <string>

#include "feedhandlers/transport/charset.h"

namespace indexcast::sse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FieldSink;

// A number too large for a signed decimal is shown as it stands.
void show_decimal(FieldSink& sink, std::string_view name, std::uint64_t raw, int places) {
  constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
  if (raw > static_cast<std::uint64_t>(kLargest)) return sink.natural(name, raw);
  sink.decimal(name, static_cast<std::int64_t>(raw), places);
}

// One field of a message: its place, how many bytes, and what they are. Numbers are big-endian;
// `places` of them stand behind the point.
struct FieldSpec {
  std::string_view name;
  std::size_t at;
  std::size_t width;
  enum class Type : std::uint8_t { text, number, decimal } type;
  int places = 0;
};
using enum FieldSpec::Type;

constexpr std::array kHeaderFields{FieldSpec{"MsgType", header::kMsgType, 4, text},
                                   FieldSpec{"SendingTime", header::kSendingTime, 8, number},
                                   FieldSpec{"MsgSeqNum", header::kMsgSeqNum, 8, number},
                                   FieldSpec{"BodyLength", header::kBodyLength, 4, number}};

constexpr std::array kLogonFields{
    FieldSpec{"SenderCompID", logon::kSenderCompID, logon::kCompIDWidth, text},
    FieldSpec{"TargetCompID", logon::kTargetCompID, logon::kCompIDWidth, text},
    FieldSpec{"HeartBtInt", logon::kHeartBtInt, 2, number},
    FieldSpec{"ApplVerID", logon::kApplVerID, logon::kApplVerIDWidth, text}};

constexpr std::array kLogoutFields{FieldSpec{"SessionStatus", logout::kSessionStatus, 4, number},
                                   FieldSpec{"Text", logout::kText, logout::kTextWidth, text}};

constexpr std::array kMarketStatusFields{
    FieldSpec{"SecurityType", market_status::kSecurityType, 1, number},
    FieldSpec{"TradSesMode", market_status::kTradSesMode, 1, number},
    FieldSpec{"TradingSessionID", market_status::kTradingSessionID, snapshot::kCodeWidth, text},
    FieldSpec{"TotNoRelatedSym", market_status::kTotNoRelatedSym, 4, number}};

constexpr std::array kSnapshotFields{
    FieldSpec{"SecurityType", snapshot::kSecurityType, 1, number},
    FieldSpec{"TradSesMode", snapshot::kTradSesMode, 1, number},
    FieldSpec{"TradeDate", snapshot::kTradeDate, 4, number},
    FieldSpec{"LastUpdateTime", snapshot::kLastUpdateTime, 4, number},
    FieldSpec{"MDStreamID", snapshot::kMDStreamID, snapshot::kMDStreamIDWidth, text},
    FieldSpec{"SecurityID", snapshot::kSecurityID, snapshot::kCodeWidth, text},
    FieldSpec{"Symbol", snapshot::kSymbol, snapshot::kCodeWidth, text},
    FieldSpec{"PreClosePx", snapshot::kPreClosePx, 8, decimal, kPriceDecimals},
    FieldSpec{"TotalVolumeTraded", snapshot::kTotalVolumeTraded, 8, number},
    FieldSpec{"NumTrades", snapshot::kNumTrades, 8, number},
    FieldSpec{"TotalValueTraded", snapshot::kTotalValueTraded, 8, decimal, kValueDecimals},
    FieldSpec{"TradingPhaseCode", snapshot::kTradingPhaseCode, snapshot::kCodeWidth, text},
    FieldSpec{"NoMDEntries", snapshot::kNoMDEntries, 2, number}};

// Those of an index end after the price.
constexpr std::array kEntryFields{
    FieldSpec{"MDEntryType", entry::kMDEntryType, 2, text},
    FieldSpec{"MDEntryPx", entry::kMDEntryPx, 8, decimal, kPriceDecimals},
    FieldSpec{"MDEntrySize", entry::kMDEntrySize, 8, number},
    FieldSpec{"MDEntryPositionNo", entry::kMDEntryPositionNo, 1, number}};

constexpr std::array kChannelHeartbeatFields{
    FieldSpec{"SecurityType", channel_heartbeat::kSecurityType, 1, number},
    FieldSpec{"ChannelNO", channel_heartbeat::kChannelNO, 2, number},
    FieldSpec{"ApplLastSeqNum", channel_heartbeat::kApplLastSeqNum, 8, number},
    FieldSpec{"EndOfChannel", channel_heartbeat::kEndOfChannel, 1, text}};

constexpr std::array kRetransmissionFields{
    FieldSpec{"ChannelNO", retransmission::kChannelNO, 2, number},
    FieldSpec{"ResendType", retransmission::kResendType, 1, number},
    FieldSpec{"ApplBegSeqNum", retransmission::kApplBegSeqNum, 8, number},
    FieldSpec{"ApplEndSeqNum", retransmission::kApplEndSeqNum, 8, number},
    FieldSpec{"ResendStatus", retransmission::kResendStatus, 1, number},
    FieldSpec{"RejectText", retransmission::kRejectText, retransmission::kRejectTextWidth, text}};

constexpr std::array kTickFields{
    FieldSpec{"SecurityType", tick::kSecurityType, 1, number},
    FieldSpec{"ChannelNO", tick::kChannelNO, 2, number},
    FieldSpec{"ApplSeqNum", tick::kApplSeqNum, 8, number},
    FieldSpec{"MDStreamID", tick::kMDStreamID, snapshot::kMDStreamIDWidth, text},
    FieldSpec{"SecurityID", tick::kSecurityID, snapshot::kCodeWidth, text},
    FieldSpec{"TransactTime", tick::kTransactTime, 4, number},
    FieldSpec{"ExecType", tick::kExecType, 1, text},
    FieldSpec{"Price", tick::kPrice, 8, decimal, kPriceDecimals},
    FieldSpec{"OrderQty", tick::kOrderQty, 8, decimal, kOrderQtyDecimals}};

constexpr std::array kTrailerFields{FieldSpec{"CheckSum", 0, 4, number}};

// Every byte from `begin` on belongs to exactly one field.
constexpr bool complete(std::span<const FieldSpec> fields, std::size_t begin, std::size_t end) {
  for (const FieldSpec& field : fields) {
    if (field.at != begin) return false;
    begin += field.width;
  }
  return begin == end;
}
static_assert(complete(kHeaderFields, 0, kHeaderSize));
static_assert(complete(kLogonFields, kHeaderSize, kHeaderSize + logon::kBody));
static_assert(complete(kLogoutFields, kHeaderSize, kHeaderSize + logout::kBody));
static_assert(complete(kMarketStatusFields, kHeaderSize, kHeaderSize + market_status::kBody));
static_assert(complete(kSnapshotFields, kHeaderSize, snapshot::kEntries));
static_assert(complete(kChannelHeartbeatFields, kHeaderSize,
                       kHeaderSize + channel_heartbeat::kBody));
static_assert(complete(kRetransmissionFields, kHeaderSize, kHeaderSize + retransmission::kBody));
static_assert(complete(kTickFields, kHeaderSize, kHeaderSize + tick::kBody));
static_assert(complete(kEntryFields, 0, entry::kSize));
static_assert(complete(std::span(kEntryFields).first(2), 0, entry::kIndexSize));
static_assert(complete(kTrailerFields, 0, kTrailerSize));

// One type: its name and the fields of its body. The entries of M102 follow its fields.
struct MessageFields {
  std::uint32_t msg_type;
  std::string_view name;
  std::span<const FieldSpec> fields;
};

constexpr std::array kTypes{
    MessageFields{kMsgLogon, "Logon", kLogonFields},
    MessageFields{kMsgLogout, "Logout", kLogoutFields},
    MessageFields{kMsgHeartbeat, "Heartbeat", {}},
    MessageFields{kMsgMarketStatus, "MarketStatus", kMarketStatusFields},
    MessageFields{kMsgSnapshot, "Snapshot", kSnapshotFields},
    MessageFields{kMsgChannelHeartbeat, "ChannelHeartbeat", kChannelHeartbeatFields},
    MessageFields{kMsgRetransmission, "Retransmission", kRetransmissionFields},
    MessageFields{kMsgTick, "Tick", kTickFields},
};

const MessageFields* rule_for(std::uint32_t msg_type) {
  for (const MessageFields& rule : kTypes) {
    if (rule.msg_type == msg_type) return &rule;
  }
  return nullptr;
}

// Returns the offset behind the last field of a type.
std::size_t fields_end(const MessageFields& rule) {
  return rule.fields.empty() ? kHeaderSize : rule.fields.back().at + rule.fields.back().width;
}

std::uint64_t number_at(const std::byte* at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<std::uint64_t>(at[i]);
  return value;
}

void describe_fields(std::span<const FieldSpec> fields, const std::byte* message, FieldSink& sink) {
  for (const FieldSpec& field : fields) {
    const std::byte* at = message + field.at;
    switch (field.type) {
      case FieldSpec::Type::text:
        sink.text(field.name, feed::to_utf8(feed::text_at(at, field.width), feed::Charset::gbk));
        break;
      case FieldSpec::Type::number:
        sink.natural(field.name, number_at(at, field.width));
        break;
      case FieldSpec::Type::decimal:
        show_decimal(sink, field.name, number_at(at, field.width), field.places);
        break;
    }
  }
}

// Returns where the entries end.
std::size_t describe_entries(Bytes frame, FieldSink& sink) {
  Snapshot snapshot;
  if (decode_snapshot(frame, snapshot) != DecodeError::none) return snapshot::kEntries;
  const bool index = snapshot.fields.md_stream_id == kStreamIndex;
  const std::size_t stride = index ? entry::kIndexSize : entry::kSize;
  const auto fields = std::span(kEntryFields).first(index ? 2 : kEntryFields.size());
  std::size_t at = snapshot::kEntries;
  sink.begin_list("MDEntries");
  for (std::size_t i = 0; i < snapshot.entries.size(); ++i, at += stride) {
    sink.begin_item();
    describe_fields(fields, frame.data() + at, sink);
    sink.end_item();
  }
  sink.end_list();
  return at;
}

}  // namespace

std::string_view type_name(std::uint32_t msg_type) {
  const MessageFields* rule = rule_for(msg_type);
  return rule == nullptr ? std::string_view{} : rule->name;
}

bool has_table(std::uint32_t msg_type) { return rule_for(msg_type) != nullptr; }

DecodeError validate(Bytes frame) {
  if (frame.size() < kHeaderSize + kTrailerSize) return DecodeError::truncated;
  if (!checksum_ok(frame)) return DecodeError::bad_checksum;
  const MessageFields* rule = rule_for(decode_header(frame).msg_type);
  if (rule == nullptr) return DecodeError::none;
  if (frame.size() - kTrailerSize < fields_end(*rule)) return DecodeError::truncated;
  Snapshot snapshot;
  return rule->msg_type == kMsgSnapshot ? decode_snapshot(frame, snapshot) : DecodeError::none;
}

void describe(Bytes frame, FieldSink& sink) {
  if (frame.size() < kHeaderSize + kTrailerSize) return;
  const std::size_t end = frame.size() - kTrailerSize;
  describe_fields(kHeaderFields, frame.data(), sink);
  const MessageFields* rule = rule_for(decode_header(frame).msg_type);
  std::size_t at = kHeaderSize;
  if (rule != nullptr && fields_end(*rule) <= end) {
    describe_fields(rule->fields, frame.data(), sink);
    at = rule->msg_type == kMsgSnapshot ? describe_entries(frame, sink) : fields_end(*rule);
  }
  if (at != end) sink.undescribed(end - at);
  describe_fields(kTrailerFields, frame.data() + end, sink);
}

}  // namespace indexcast::sse
