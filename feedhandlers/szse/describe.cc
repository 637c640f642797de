#include "feedhandlers/szse/describe.h"

#include <string>

#include "feedhandlers/common/charset.h"

namespace indexcast::szse {
namespace {

using feed::Bytes;
using feed::DecodeError;
using feed::FieldSink;

void text(FieldSink& sink, std::string_view name, std::string_view value) {
  sink.text(name, feed::to_utf8(value, feed::Charset::utf8));
}

void describe_logon(Bytes frame, FieldSink& sink) {
  Logon logon;
  if (decode_logon(frame, logon) != DecodeError::none) return;
  text(sink, "SenderCompID", logon.sender_comp_id);
  text(sink, "TargetCompID", logon.target_comp_id);
  sink.integer("HeartBtInt", logon.heart_bt_int);
  sink.text("Password", std::string(feed::trim_padding(logon.password).size(), '*'));
  text(sink, "DefaultApplVerID", logon.default_appl_ver_id);
}

void describe_logout(Bytes frame, FieldSink& sink) {
  Logout logout;
  if (decode_logout(frame, logout) != DecodeError::none) return;
  sink.integer("SessionStatus", logout.session_status);
  text(sink, "Text", logout.text);
}

void describe_channel_heartbeat(Bytes frame, FieldSink& sink) {
  ChannelHeartbeat heartbeat;
  if (decode_channel_heartbeat(frame, heartbeat) != DecodeError::none) return;
  sink.natural("ChannelNo", heartbeat.channel_no);
  sink.integer("ApplLastSeqNum", heartbeat.appl_last_seq_num);
  sink.natural("EndOfChannel", heartbeat.end_of_channel);
}

void describe_channel_statistics(Bytes frame, FieldSink& sink) {
  ChannelStatistics statistics;
  if (decode_channel_statistics(frame, statistics) != DecodeError::none) return;
  sink.integer("OrigTime", statistics.orig_time);
  sink.natural("ChannelNo", statistics.channel_no);
  sink.natural("NoMDStreamID", statistics.no_md_stream_id);
  sink.begin_list("MDStreams");
  for (std::size_t i = 0; i < statistics.no_md_stream_id; ++i) {
    const StreamStatistics stream = statistics.stream(i);
    sink.begin_item();
    text(sink, "MDStreamID", stream.md_stream_id);
    sink.natural("StockNum", stream.stock_num);
    text(sink, "TradingPhaseCode", stream.trading_phase_code);
    sink.end_item();
  }
  sink.end_list();
}

void describe_entry(const Entry& item, FieldSink& sink) {
  const char type[2] = {static_cast<char>(item.md_entry_type >> 8),
                        static_cast<char>(item.md_entry_type & 0xff)};
  sink.begin_item();
  text(sink, "MDEntryType", {type, sizeof type});
  sink.decimal("MDEntryPx", item.md_entry_px, kEntryPxDecimals);
  sink.decimal("MDEntrySize", item.md_entry_size, kQtyDecimals);
  sink.natural("MDPriceLevel", item.md_price_level);
  sink.integer("NumberOfOrders", item.number_of_orders);
  sink.natural("NoOrders", item.order_qty.size());
  if (item.order_qty.size() != 0) {
    sink.begin_list("Orders");
    for (std::size_t i = 0; i < item.order_qty.size(); ++i) {
      sink.begin_item();
      sink.decimal("OrderQty", item.order_qty[i], kQtyDecimals);
      sink.end_item();
    }
    sink.end_list();
  }
  sink.end_item();
}

void describe_snapshot(Bytes frame, FieldSink& sink) {
  Snapshot snapshot;
  if (decode_snapshot(frame, snapshot) != DecodeError::none) return;
  const SnapshotFields& f = snapshot.fields;
  sink.integer("OrigTime", f.orig_time);
  sink.natural("ChannelNo", f.channel_no);
  text(sink, "MDStreamID", f.md_stream_id);
  text(sink, "SecurityID", f.security_id);
  text(sink, "SecurityIDSource", f.security_id_source);
  text(sink, "TradingPhaseCode", f.trading_phase_code);
  sink.decimal("PrevClosePx", f.prev_close_px, kPriceDecimals);
  sink.integer("NumTrades", f.num_trades);
  sink.decimal("TotalVolumeTrade", f.total_volume_trade, kQtyDecimals);
  sink.decimal("TotalValueTrade", f.total_value_trade, kAmtDecimals);
  sink.natural("NoMDEntries", snapshot.entries.size());
  sink.begin_list("MDEntries");
  for (const Entry& item : snapshot.entries) describe_entry(item, sink);
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
    case kMsgSnapshot:
      return "Snapshot";
    case kMsgChannelStatistics:
      return "ChannelStatistics";
    case kMsgChannelHeartbeat:
      return "ChannelHeartbeat";
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
    case kMsgSnapshot:
      return error_of(frame, decode_snapshot);
    case kMsgChannelStatistics:
      return error_of(frame, decode_channel_statistics);
    case kMsgChannelHeartbeat:
      return error_of(frame, decode_channel_heartbeat);
    default:
      return DecodeError::none;
  }
}

void describe(Bytes frame, FieldSink& sink) {
  if (frame.size() < kHeaderSize + kTrailerSize) return;
  const Header header = decode_header(frame);
  sink.natural("MsgType", header.msg_type);
  sink.natural("BodyLength", header.body_length);
  switch (header.msg_type) {
    case kMsgLogon:
      return describe_logon(frame, sink);
    case kMsgLogout:
      return describe_logout(frame, sink);
    case kMsgSnapshot:
      return describe_snapshot(frame, sink);
    case kMsgChannelStatistics:
      return describe_channel_statistics(frame, sink);
    case kMsgChannelHeartbeat:
      return describe_channel_heartbeat(frame, sink);
    default:
      return;
  }
}

}  // namespace indexcast::szse
