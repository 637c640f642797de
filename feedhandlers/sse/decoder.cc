#include "feedhandlers/sse/decoder.h"

#include <algorithm>

#include "feedhandlers/market/security_digits.h"

namespace indexcast::sse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FrameScan;
using feed::load_be;
using feed::text_at;

constexpr bool is_digit(std::byte b) { return b >= std::byte{'0'} && b <= std::byte{'9'}; }
constexpr bool is_upper(std::byte b) { return b >= std::byte{'A'} && b <= std::byte{'Z'}; }

// Whether a MsgType may begin here, judged by as many of its characters as have arrived.
bool may_begin_header(Bytes bytes) {
  if (!is_upper(bytes[0])) return false;
  const std::size_t seen = std::min<std::size_t>(bytes.size(), 4);
  for (std::size_t i = 1; i < seen; ++i) {
    if (!is_digit(bytes[i])) return false;
  }
  return true;
}

FrameScan malformed(Bytes stream, DecodeError error) {
  std::size_t skip = 1;
  while (skip < stream.size() && !may_begin_header(stream.subspan(skip))) ++skip;
  return {FrameScan::Status::malformed, skip, error};
}

// The frame must hold a body of `body` bytes; longer ones carry fields of a later version.
DecodeError check_body(Bytes frame, std::size_t body) {
  if (frame.size() < kHeaderSize + body + kTrailerSize) return DecodeError::truncated;
  return DecodeError::none;
}

}  // namespace

FrameScan scan_frame(Bytes stream) {
  if (stream.empty()) return {};
  if (!may_begin_header(stream)) return malformed(stream, DecodeError::bad_field);
  if (stream.size() < kHeaderSize) return {};
  const auto body_length = load_be<std::uint32_t>(stream.data() + header::kBodyLength);
  if (body_length > kMaxBodyLength) return malformed(stream, DecodeError::oversized);
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
          .sending_time = load_be<std::uint64_t>(frame.data() + header::kSendingTime),
          .msg_seq_num = load_be<std::uint64_t>(frame.data() + header::kMsgSeqNum),
          .body_length = load_be<std::uint32_t>(frame.data() + header::kBodyLength)};
}

std::optional<std::uint32_t> security_code(Bytes frame) {
  if (frame.size() < snapshot::kSecurityID + snapshot::kCodeWidth) return std::nullopt;
  return feed::security_digits(frame.data() + snapshot::kSecurityID);
}

DecodeError decode_logon(Bytes frame, Logon& out) {
  if (const auto error = check_body(frame, logon::kBody); error != DecodeError::none) return error;
  const std::byte* at = frame.data();
  out.sender_comp_id = text_at(at + logon::kSenderCompID, logon::kCompIDWidth);
  out.target_comp_id = text_at(at + logon::kTargetCompID, logon::kCompIDWidth);
  out.heart_bt_int = load_be<std::uint16_t>(at + logon::kHeartBtInt);
  out.appl_ver_id = text_at(at + logon::kApplVerID, logon::kApplVerIDWidth);
  return DecodeError::none;
}

DecodeError decode_logout(Bytes frame, Logout& out) {
  if (const auto error = check_body(frame, logout::kBody); error != DecodeError::none) return error;
  out.session_status = load_be<std::uint32_t>(frame.data() + logout::kSessionStatus);
  out.text = text_at(frame.data() + logout::kText, logout::kTextWidth);
  return DecodeError::none;
}

DecodeError decode_market_status(Bytes frame, MarketStatus& out) {
  const auto error = check_body(frame, market_status::kBody);
  if (error != DecodeError::none) return error;
  const std::byte* at = frame.data();
  out.security_type = load_be<std::uint8_t>(at + market_status::kSecurityType);
  out.trad_ses_mode = load_be<std::uint8_t>(at + market_status::kTradSesMode);
  out.trading_session_id = text_at(at + market_status::kTradingSessionID, snapshot::kCodeWidth);
  out.tot_no_related_sym = load_be<std::uint32_t>(at + market_status::kTotNoRelatedSym);
  return DecodeError::none;
}

DecodeError decode_snapshot(Bytes frame, Snapshot& out) {
  if (const auto error = check_body(frame, snapshot::kBody); error != DecodeError::none) {
    return error;
  }
  const std::byte* at = frame.data();
  SnapshotFields& f = out.fields;
  f.security_type = load_be<std::uint8_t>(at + snapshot::kSecurityType);
  f.trad_ses_mode = load_be<std::uint8_t>(at + snapshot::kTradSesMode);
  f.trade_date = load_be<std::uint32_t>(at + snapshot::kTradeDate);
  f.last_update_time = load_be<std::uint32_t>(at + snapshot::kLastUpdateTime);
  f.md_stream_id = text_at(at + snapshot::kMDStreamID, snapshot::kMDStreamIDWidth);
  f.security_id = text_at(at + snapshot::kSecurityID, snapshot::kCodeWidth);
  f.symbol = text_at(at + snapshot::kSymbol, snapshot::kCodeWidth);
  f.pre_close_px = load_be<std::uint64_t>(at + snapshot::kPreClosePx);
  f.total_volume_traded = load_be<std::uint64_t>(at + snapshot::kTotalVolumeTraded);
  f.num_trades = load_be<std::uint64_t>(at + snapshot::kNumTrades);
  f.total_value_traded = load_be<std::uint64_t>(at + snapshot::kTotalValueTraded);
  f.trading_phase_code = text_at(at + snapshot::kTradingPhaseCode, snapshot::kCodeWidth);

  const std::size_t count = load_be<std::uint16_t>(at + snapshot::kNoMDEntries);
  const std::size_t stride = f.md_stream_id == kStreamIndex ? entry::kIndexSize : entry::kSize;
  const std::size_t room = frame.size() - snapshot::kEntries - kTrailerSize;
  if (count * stride > room) return DecodeError::bad_count;
  out.entries = EntryRange(at + snapshot::kEntries, count, stride);
  return DecodeError::none;
}

}  // namespace indexcast::sse
