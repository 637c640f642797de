#include "feedhandlers/szse/decoder.h"

#include "feedhandlers/common/security_digits.h"

namespace indexcast::szse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FrameScan;
using feed::load_be;
using feed::text_at;

constexpr bool known_range(std::uint32_t msg_type) {
  return (msg_type >= kMsgLogon && msg_type <= kMsgHeartbeat) || msg_type == kMsgBusinessReject ||
         (msg_type >= kFirstApplicationType && msg_type <= kLastApplicationType);
}

constexpr std::size_t max_body(std::uint32_t msg_type) {
  return msg_type == kMsgBulletin ? kMaxBulletinLength : kMaxBodyLength;
}

// What is wrong with the header at the front of at least four bytes, as far as it has arrived.
DecodeError check_header(Bytes bytes) {
  const auto msg_type = load_be<std::uint32_t>(bytes.data() + header::kMsgType);
  if (!known_range(msg_type)) return DecodeError::bad_field;
  if (bytes.size() < kHeaderSize) return DecodeError::none;
  const auto body_length = load_be<std::uint32_t>(bytes.data() + header::kBodyLength);
  return body_length > max_body(msg_type) ? DecodeError::oversized : DecodeError::none;
}

FrameScan malformed(Bytes stream, DecodeError error) {
  std::size_t skip = 1;
  while (skip + 4 <= stream.size() && check_header(stream.subspan(skip)) != DecodeError::none) {
    ++skip;
  }
  return {FrameScan::Status::malformed, skip, error};
}

const std::byte* body_of(Bytes frame) { return frame.data() + kHeaderSize; }

// The frame must hold a body of `body` bytes; longer ones carry fields of a later version.
DecodeError check_body(Bytes frame, std::size_t body) {
  if (frame.size() < kHeaderSize + body + kTrailerSize) return DecodeError::truncated;
  return DecodeError::none;
}

// Walks `count` entries of variable length between `first` and `limit`; nullptr when they do not
// fit.
const std::byte* walk_entries(const std::byte* first, const std::byte* limit, std::size_t count) {
  const std::byte* at = first;
  for (std::size_t i = 0; i < count; ++i) {
    if (static_cast<std::size_t>(limit - at) < entry::kOrderQty) return nullptr;
    const std::size_t size = entry_size(at);
    if (static_cast<std::size_t>(limit - at) < size) return nullptr;
    at += size;
  }
  return at;
}

}  // namespace

FrameScan scan_frame(Bytes stream) {
  if (stream.size() < 4) return {};
  if (const auto error = check_header(stream); error != DecodeError::none) {
    return malformed(stream, error);
  }
  if (stream.size() < kHeaderSize) return {};
  const auto body_length = load_be<std::uint32_t>(stream.data() + header::kBodyLength);
  const std::size_t length = kHeaderSize + body_length + kTrailerSize;
  const bool complete = stream.size() >= length;
  return {complete ? FrameScan::Status::complete : FrameScan::Status::incomplete, length,
          DecodeError::none};
}

bool checksum_ok(Bytes frame) {
  if (frame.size() < kHeaderSize + kTrailerSize) return false;
  const std::size_t end = frame.size() - kTrailerSize;
  return feed::byte_sum(frame.first(end)) == load_be<std::uint32_t>(frame.data() + end);
}

Header decode_header(Bytes frame) {
  if (frame.size() < kHeaderSize) return {};
  return {.msg_type = load_be<std::uint32_t>(frame.data() + header::kMsgType),
          .body_length = load_be<std::uint32_t>(frame.data() + header::kBodyLength)};
}

std::optional<std::uint32_t> security_code(Bytes frame) {
  if (check_body(frame, snapshot::kSecurityID + snapshot::kSecurityIDWidth) != DecodeError::none) {
    return std::nullopt;
  }
  return feed::security_digits(body_of(frame) + snapshot::kSecurityID);
}

StreamStatistics ChannelStatistics::stream(std::size_t i) const {
  const std::byte* at = streams + i * channel_statistics::kItemSize;
  return {
      .md_stream_id = text_at(at + channel_statistics::kItemMDStreamID, snapshot::kMDStreamIDWidth),
      .stock_num = load_be<std::uint32_t>(at + channel_statistics::kItemStockNum),
      .trading_phase_code = text_at(at + channel_statistics::kItemTradingPhaseCode,
                                    snapshot::kTradingPhaseCodeWidth)};
}

DecodeError decode_logon(Bytes frame, Logon& out) {
  if (const auto error = check_body(frame, logon::kBody); error != DecodeError::none) return error;
  const std::byte* at = body_of(frame);
  out.sender_comp_id = text_at(at + logon::kSenderCompID, logon::kCompIDWidth);
  out.target_comp_id = text_at(at + logon::kTargetCompID, logon::kCompIDWidth);
  out.heart_bt_int = load_be<std::int32_t>(at + logon::kHeartBtInt);
  out.password = text_at(at + logon::kPassword, logon::kPasswordWidth);
  out.default_appl_ver_id = text_at(at + logon::kDefaultApplVerID, logon::kDefaultApplVerIDWidth);
  return DecodeError::none;
}

DecodeError decode_logout(Bytes frame, Logout& out) {
  if (const auto error = check_body(frame, logout::kBody); error != DecodeError::none) return error;
  out.session_status = load_be<std::int32_t>(body_of(frame) + logout::kSessionStatus);
  out.text = text_at(body_of(frame) + logout::kText, logout::kTextWidth);
  return DecodeError::none;
}

DecodeError decode_channel_heartbeat(Bytes frame, ChannelHeartbeat& out) {
  const auto error = check_body(frame, channel_heartbeat::kBody);
  if (error != DecodeError::none) return error;
  const std::byte* at = body_of(frame);
  out.channel_no = load_be<std::uint16_t>(at + channel_heartbeat::kChannelNo);
  out.appl_last_seq_num = load_be<std::int64_t>(at + channel_heartbeat::kApplLastSeqNum);
  out.end_of_channel = load_be<std::uint16_t>(at + channel_heartbeat::kEndOfChannel);
  return DecodeError::none;
}

DecodeError decode_channel_statistics(Bytes frame, ChannelStatistics& out) {
  const auto error = check_body(frame, channel_statistics::kStreams);
  if (error != DecodeError::none) return error;
  const std::byte* at = body_of(frame);
  out.orig_time = load_be<std::int64_t>(at + channel_statistics::kOrigTime);
  out.channel_no = load_be<std::uint16_t>(at + channel_statistics::kChannelNo);
  out.no_md_stream_id = load_be<std::uint32_t>(at + channel_statistics::kNoMDStreamID);
  out.streams = at + channel_statistics::kStreams;
  const std::size_t room = frame.size() - kHeaderSize - channel_statistics::kStreams - kTrailerSize;
  if (out.no_md_stream_id > room / channel_statistics::kItemSize) return DecodeError::bad_count;
  return DecodeError::none;
}

DecodeError decode_snapshot(Bytes frame, Snapshot& out) {
  if (const auto error = check_body(frame, snapshot::kEntries); error != DecodeError::none) {
    return error;
  }
  const std::byte* at = body_of(frame);
  SnapshotFields& f = out.fields;
  f.orig_time = load_be<std::int64_t>(at + snapshot::kOrigTime);
  f.channel_no = load_be<std::uint16_t>(at + snapshot::kChannelNo);
  f.md_stream_id = text_at(at + snapshot::kMDStreamID, snapshot::kMDStreamIDWidth);
  f.security_id = text_at(at + snapshot::kSecurityID, snapshot::kSecurityIDWidth);
  f.security_id_source =
      text_at(at + snapshot::kSecurityIDSource, snapshot::kSecurityIDSourceWidth);
  f.trading_phase_code =
      text_at(at + snapshot::kTradingPhaseCode, snapshot::kTradingPhaseCodeWidth);
  f.prev_close_px = load_be<std::int64_t>(at + snapshot::kPrevClosePx);
  f.num_trades = load_be<std::int64_t>(at + snapshot::kNumTrades);
  f.total_volume_trade = load_be<std::int64_t>(at + snapshot::kTotalVolumeTrade);
  f.total_value_trade = load_be<std::int64_t>(at + snapshot::kTotalValueTrade);

  const std::size_t count = load_be<std::uint32_t>(at + snapshot::kNoMDEntries);
  const std::byte* first = at + snapshot::kEntries;
  const std::byte* last = walk_entries(first, frame.data() + frame.size() - kTrailerSize, count);
  if (last == nullptr) return DecodeError::bad_count;
  out.entries = EntryRange(first, last, count);
  return DecodeError::none;
}

}  // namespace indexcast::szse
