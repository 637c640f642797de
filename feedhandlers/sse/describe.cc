#include "feedhandlers/sse/describe.h"

#include <limits>
#include <string>

#include "feedhandlers/common/charset.h"

namespace indexcast::sse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FieldSink;

void text(FieldSink& sink, std::string_view name, std::string_view value) {
  sink.text(name, feed::to_utf8(value, feed::Charset::gbk));
}

// A number too large for a signed decimal is shown as it stands.
void decimal(FieldSink& sink, std::string_view name, std::uint64_t raw, int places) {
  constexpr auto kLargest = std::numeric_limits<std::int64_t>::max();
  if (raw > static_cast<std::uint64_t>(kLargest)) return sink.natural(name, raw);
  sink.decimal(name, static_cast<std::int64_t>(raw), places);
}

void describe_header(Bytes frame, FieldSink& sink) {
  const Header header = decode_header(frame);
  text(sink, "MsgType", feed::text_at(frame.data() + header::kMsgType, 4));
  sink.natural("SendingTime", header.sending_time);
  sink.natural("MsgSeqNum", header.msg_seq_num);
  sink.natural("BodyLength", header.body_length);
}

void describe_logon(Bytes frame, FieldSink& sink) {
  Logon logon;
  if (decode_logon(frame, logon) != DecodeError::none) return;
  text(sink, "SenderCompID", logon.sender_comp_id);
  text(sink, "TargetCompID", logon.target_comp_id);
  sink.natural("HeartBtInt", logon.heart_bt_int);
  text(sink, "ApplVerID", logon.appl_ver_id);
}

void describe_logout(Bytes frame, FieldSink& sink) {
  Logout logout;
  if (decode_logout(frame, logout) != DecodeError::none) return;
  sink.natural("SessionStatus", logout.session_status);
  text(sink, "Text", logout.text);
}

void describe_market_status(Bytes frame, FieldSink& sink) {
  MarketStatus status;
  if (decode_market_status(frame, status) != DecodeError::none) return;
  sink.natural("SecurityType", status.security_type);
  sink.natural("TradSesMode", status.trad_ses_mode);
  text(sink, "TradingSessionID", status.trading_session_id);
  sink.natural("TotNoRelatedSym", status.tot_no_related_sym);
}

void describe_entry(const Entry& item, bool index, FieldSink& sink) {
  const char type[2] = {static_cast<char>(item.md_entry_type >> 8),
                        static_cast<char>(item.md_entry_type & 0xff)};
  sink.begin_item();
  text(sink, "MDEntryType", {type, sizeof type});
  decimal(sink, "MDEntryPx", item.md_entry_px, kPriceDecimals);
  if (!index) {
    sink.natural("MDEntrySize", item.md_entry_size);
    sink.natural("MDEntryPositionNo", item.md_entry_position_no);
  }
  sink.end_item();
}

void describe_snapshot(Bytes frame, FieldSink& sink) {
  Snapshot snapshot;
  if (decode_snapshot(frame, snapshot) != DecodeError::none) return;
  const SnapshotFields& f = snapshot.fields;
  sink.natural("SecurityType", f.security_type);
  sink.natural("TradSesMode", f.trad_ses_mode);
  sink.natural("TradeDate", f.trade_date);
  sink.natural("LastUpdateTime", f.last_update_time);
  text(sink, "MDStreamID", f.md_stream_id);
  text(sink, "SecurityID", f.security_id);
  text(sink, "Symbol", f.symbol);
  decimal(sink, "PreClosePx", f.pre_close_px, kPriceDecimals);
  sink.natural("TotalVolumeTraded", f.total_volume_traded);
  sink.natural("NumTrades", f.num_trades);
  decimal(sink, "TotalValueTraded", f.total_value_traded, kValueDecimals);
  text(sink, "TradingPhaseCode", f.trading_phase_code);
  sink.natural("NoMDEntries", snapshot.entries.size());
  sink.begin_list("MDEntries");
  for (const Entry& item : snapshot.entries) {
    describe_entry(item, f.md_stream_id == kStreamIndex, sink);
  }
  sink.end_list();
}

// Decoded for its error alone.
template <class Message>
DecodeError error_of(Bytes frame, DecodeError (*decode)(Bytes, Message&)) {
  Message message;
  return decode(frame, message);
}

}  // namespace

std::string_view type_name(std::uint32_t msg_type) {
  switch (msg_type) {
    case kMsgLogon:
      return "Logon";
    case kMsgLogout:
      return "Logout";
    case kMsgHeartbeat:
      return "Heartbeat";
    case kMsgMarketStatus:
      return "MarketStatus";
    case kMsgSnapshot:
      return "Snapshot";
    default:
      return {};
  }
}

DecodeError validate(Bytes frame) {
  if (frame.size() < kHeaderSize + kTrailerSize) return DecodeError::truncated;
  if (!checksum_ok(frame)) return DecodeError::bad_checksum;
  switch (decode_header(frame).msg_type) {
    case kMsgLogon:
      return error_of(frame, decode_logon);
    case kMsgLogout:
      return error_of(frame, decode_logout);
    case kMsgMarketStatus:
      return error_of(frame, decode_market_status);
    case kMsgSnapshot:
      return error_of(frame, decode_snapshot);
    default:
      return DecodeError::none;
  }
}

void describe(Bytes frame, FieldSink& sink) {
  if (frame.size() < kHeaderSize + kTrailerSize) return;
  describe_header(frame, sink);
  switch (decode_header(frame).msg_type) {
    case kMsgLogon:
      return describe_logon(frame, sink);
    case kMsgLogout:
      return describe_logout(frame, sink);
    case kMsgMarketStatus:
      return describe_market_status(frame, sink);
    case kMsgSnapshot:
      return describe_snapshot(frame, sink);
    default:
      return;
  }
}

}  // namespace indexcast::sse
