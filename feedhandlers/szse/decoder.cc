#include "feedhandlers/szse/decoder.h"

#include "feedhandlers/market/security_digits.h"

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

// The body of `message` when it holds at least `size` bytes, else nullptr.
const std::byte* body_at_least(Bytes message, std::size_t size) {
  const auto body = body_of(message);
  return body && body->size() >= size ? body->data() : nullptr;
}

// `count` items of `item` bytes fit behind the first `fixed` bytes of the body.
bool group_fits(Bytes message, std::size_t fixed, std::uint32_t count, std::size_t item) {
  return count <= (body_of(message)->size() - fixed) / item;
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

Header decode_header(Bytes message) {
  if (message.size() < kHeaderSize) return {};
  return {.msg_type = load_be<std::uint32_t>(message.data() + header::kMsgType),
          .body_length = load_be<std::uint32_t>(message.data() + header::kBodyLength)};
}

std::optional<Bytes> body_of(Bytes message) {
  if (message.size() < kHeaderSize) return std::nullopt;
  const auto body_length = load_be<std::uint32_t>(message.data() + header::kBodyLength);
  if (message.size() - kHeaderSize < body_length) return std::nullopt;
  return message.subspan(kHeaderSize, body_length);
}

std::optional<std::uint32_t> security_code(Bytes message) {
  const std::byte* at = body_at_least(message, snapshot::kSecurityID + snapshot::kSecurityIDWidth);
  if (at == nullptr) return std::nullopt;
  return feed::security_digits(at + snapshot::kSecurityID);
}

StreamStatistics ChannelStatistics::stream(std::size_t i) const {
  const std::byte* at = streams + i * channel_statistics::kItemSize;
  return {
      .md_stream_id = text_at(at + channel_statistics::kItemMDStreamID, snapshot::kMDStreamIDWidth),
      .stock_num = load_be<std::uint32_t>(at + channel_statistics::kItemStockNum),
      .trading_phase_code = text_at(at + channel_statistics::kItemTradingPhaseCode,
                                    snapshot::kTradingPhaseCodeWidth)};
}

SecuritySwitch SecurityStatusMessage::security_switch(std::size_t i) const {
  const std::byte* at = switches + i * security_status::kItemSize;
  return {load_be<std::uint16_t>(at + security_status::kItemSecuritySwitchType),
          load_be<std::uint16_t>(at + security_status::kItemSecuritySwitchStatus)};
}

DecodeError decode_logon(Bytes message, Logon& out) {
  const std::byte* at = body_at_least(message, logon::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.sender_comp_id = text_at(at + logon::kSenderCompID, logon::kCompIDWidth);
  out.target_comp_id = text_at(at + logon::kTargetCompID, logon::kCompIDWidth);
  out.heart_bt_int = load_be<std::int32_t>(at + logon::kHeartBtInt);
  out.password = text_at(at + logon::kPassword, logon::kPasswordWidth);
  out.default_appl_ver_id = text_at(at + logon::kDefaultApplVerID, logon::kDefaultApplVerIDWidth);
  return DecodeError::none;
}

DecodeError decode_logout(Bytes message, Logout& out) {
  const std::byte* at = body_at_least(message, logout::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.session_status = load_be<std::int32_t>(at + logout::kSessionStatus);
  out.text = text_at(at + logout::kText, logout::kTextWidth);
  return DecodeError::none;
}

DecodeError decode_business_reject(Bytes message, BusinessReject& out) {
  namespace f = business_reject;
  const std::byte* at = body_at_least(message, f::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.ref_seq_num = load_be<std::int64_t>(at + f::kRefSeqNum);
  out.ref_msg_type = load_be<std::uint32_t>(at + f::kRefMsgType);
  out.business_reject_ref_id = text_at(at + f::kBusinessRejectRefID, f::kBusinessRejectRefIDWidth);
  out.business_reject_reason = load_be<std::uint16_t>(at + f::kBusinessRejectReason);
  out.business_reject_text = text_at(at + f::kBusinessRejectText, f::kBusinessRejectTextWidth);
  return DecodeError::none;
}

DecodeError decode_channel_heartbeat(Bytes message, ChannelHeartbeat& out) {
  const std::byte* at = body_at_least(message, channel_heartbeat::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.channel_no = load_be<std::uint16_t>(at + channel_heartbeat::kChannelNo);
  out.appl_last_seq_num = load_be<std::int64_t>(at + channel_heartbeat::kApplLastSeqNum);
  out.end_of_channel = load_be<std::uint16_t>(at + channel_heartbeat::kEndOfChannel);
  return DecodeError::none;
}

DecodeError decode_resend(Bytes message, Resend& out) {
  const std::byte* at = body_at_least(message, resend::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.resend_type = load_be<std::uint8_t>(at + resend::kResendType);
  out.channel_no = load_be<std::uint16_t>(at + resend::kChannelNo);
  out.appl_beg_seq_num = load_be<std::int64_t>(at + resend::kApplBegSeqNum);
  out.appl_end_seq_num = load_be<std::int64_t>(at + resend::kApplEndSeqNum);
  out.news_id = text_at(at + resend::kNewsID, resend::kNewsIDWidth);
  out.resend_status = load_be<std::uint8_t>(at + resend::kResendStatus);
  out.reject_text = text_at(at + resend::kRejectText, resend::kRejectTextWidth);
  return DecodeError::none;
}

DecodeError decode_channel_statistics(Bytes message, ChannelStatistics& out) {
  namespace f = channel_statistics;
  const std::byte* at = body_at_least(message, f::kStreams);
  if (at == nullptr) return DecodeError::truncated;
  out.orig_time = load_be<std::int64_t>(at + f::kOrigTime);
  out.channel_no = load_be<std::uint16_t>(at + f::kChannelNo);
  out.no_md_stream_id = load_be<std::uint32_t>(at + f::kNoMDStreamID);
  out.streams = at + f::kStreams;
  return group_fits(message, f::kStreams, out.no_md_stream_id, f::kItemSize)
             ? DecodeError::none
             : DecodeError::bad_count;
}

DecodeError decode_security_status(Bytes message, SecurityStatusMessage& out) {
  namespace f = security_status;
  const std::byte* at = body_at_least(message, f::kSwitches);
  if (at == nullptr) return DecodeError::truncated;
  out.orig_time = load_be<std::int64_t>(at + f::kOrigTime);
  out.channel_no = load_be<std::uint16_t>(at + f::kChannelNo);
  out.security_id = text_at(at + f::kSecurityID, snapshot::kSecurityIDWidth);
  out.security_id_source = text_at(at + f::kSecurityIDSource, snapshot::kSecurityIDSourceWidth);
  out.financial_status = text_at(at + f::kFinancialStatus, f::kFinancialStatusWidth);
  out.no_switch = load_be<std::uint32_t>(at + f::kNoSwitch);
  out.switches = at + f::kSwitches;
  return group_fits(message, f::kSwitches, out.no_switch, f::kItemSize) ? DecodeError::none
                                                                        : DecodeError::bad_count;
}

DecodeError decode_market_status(Bytes message, MarketStatus& out) {
  namespace f = market_status;
  const std::byte* at = body_at_least(message, f::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.orig_time = load_be<std::int64_t>(at + f::kOrigTime);
  out.channel_no = load_be<std::uint16_t>(at + f::kChannelNo);
  out.market_id = text_at(at + f::kMarketID, f::kMarketIDWidth);
  out.market_segment_id = text_at(at + f::kMarketSegmentID, f::kMarketSegmentIDWidth);
  out.trading_session_id = text_at(at + f::kTradingSessionID, f::kTradingSessionIDWidth);
  out.trading_session_sub_id = text_at(at + f::kTradingSessionSubID, f::kTradingSessionSubIDWidth);
  out.trad_ses_status = load_be<std::uint16_t>(at + f::kTradSesStatus);
  out.trad_ses_start_time = load_be<std::int64_t>(at + f::kTradSesStartTime);
  out.trad_ses_end_time = load_be<std::int64_t>(at + f::kTradSesEndTime);
  out.threshold_amount = load_be<std::int64_t>(at + f::kThresholdAmount);
  out.pos_amt = load_be<std::int64_t>(at + f::kPosAmt);
  out.amount_status = text_at(at + f::kAmountStatus, f::kAmountStatusWidth);
  return DecodeError::none;
}

DecodeError decode_order(Bytes message, Order& out) {
  const std::byte* at = body_at_least(message, order::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.channel_no = load_be<std::uint16_t>(at + order::kChannelNo);
  out.appl_seq_num = load_be<std::int64_t>(at + order::kApplSeqNum);
  out.md_stream_id = text_at(at + order::kMDStreamID, snapshot::kMDStreamIDWidth);
  out.security_id = text_at(at + order::kSecurityID, snapshot::kSecurityIDWidth);
  out.security_id_source = text_at(at + order::kSecurityIDSource, snapshot::kSecurityIDSourceWidth);
  out.price = load_be<std::int64_t>(at + order::kPrice);
  out.order_qty = load_be<std::int64_t>(at + order::kOrderQty);
  out.side = static_cast<char>(at[order::kSide]);
  out.transact_time = load_be<std::int64_t>(at + order::kTransactTime);
  out.ord_type = static_cast<char>(at[order::kOrdType]);
  return DecodeError::none;
}

DecodeError decode_trade(Bytes message, TradeMessage& out) {
  const std::byte* at = body_at_least(message, trade::kBody);
  if (at == nullptr) return DecodeError::truncated;
  out.channel_no = load_be<std::uint16_t>(at + trade::kChannelNo);
  out.appl_seq_num = load_be<std::int64_t>(at + trade::kApplSeqNum);
  out.md_stream_id = text_at(at + trade::kMDStreamID, snapshot::kMDStreamIDWidth);
  out.bid_appl_seq_num = load_be<std::int64_t>(at + trade::kBidApplSeqNum);
  out.offer_appl_seq_num = load_be<std::int64_t>(at + trade::kOfferApplSeqNum);
  out.security_id = text_at(at + trade::kSecurityID, snapshot::kSecurityIDWidth);
  out.security_id_source = text_at(at + trade::kSecurityIDSource, snapshot::kSecurityIDSourceWidth);
  out.last_px = load_be<std::int64_t>(at + trade::kLastPx);
  out.last_qty = load_be<std::int64_t>(at + trade::kLastQty);
  out.exec_type = static_cast<char>(at[trade::kExecType]);
  out.transact_time = load_be<std::int64_t>(at + trade::kTransactTime);
  return DecodeError::none;
}

}  // namespace indexcast::szse
