#include "feedhandlers/szse/encoder.h"

#include "feedhandlers/transport/big_endian_writer.h"

namespace indexcast::szse {
namespace {

feed::BigEndianWriter begin(std::uint32_t type, std::size_t body_length,
                            std::vector<std::byte>& out) {
  feed::BigEndianWriter writer(out);
  writer.number(type).number(static_cast<std::uint32_t>(body_length));
  return writer;
}

feed::BigEndianWriter begin_snapshot(std::uint32_t type, const SnapshotCommon& fields,
                                     std::size_t extension, std::uint32_t count,
                                     std::vector<std::byte>& out) {
  auto writer = begin(type, snapshot::kEntries + extension, out);
  writer.number(fields.orig_time)
      .number(fields.channel_no)
      .text(fields.md_stream_id, snapshot::kMDStreamIDWidth)
      .text(fields.security_id, snapshot::kSecurityIDWidth)
      .text(fields.security_id_source, snapshot::kSecurityIDSourceWidth)
      .text(fields.trading_phase_code, snapshot::kTradingPhaseCodeWidth)
      .number(fields.prev_close_px)
      .number(fields.num_trades)
      .number(fields.total_volume_trade)
      .number(fields.total_value_trade)
      .number(count);
  return writer;
}

std::uint32_t count_of(std::size_t items) { return static_cast<std::uint32_t>(items); }

}  // namespace

void encode_logon(const Logon& logon, std::vector<std::byte>& out) {
  begin(kMsgLogon, logon::kBody, out)
      .text(logon.sender_comp_id, logon::kCompIDWidth)
      .text(logon.target_comp_id, logon::kCompIDWidth)
      .number(logon.heart_bt_int)
      .text(logon.password, logon::kPasswordWidth)
      .text(logon.default_appl_ver_id, logon::kDefaultApplVerIDWidth)
      .checksum();
}

void encode_logout(const Logout& logout, std::vector<std::byte>& out) {
  begin(kMsgLogout, logout::kBody, out)
      .number(logout.session_status)
      .text(logout.text, logout::kTextWidth)
      .checksum();
}

void encode_heartbeat(std::vector<std::byte>& out) { begin(kMsgHeartbeat, 0, out).checksum(); }

void encode_channel_heartbeat(const ChannelHeartbeat& heartbeat, std::vector<std::byte>& out) {
  begin(kMsgChannelHeartbeat, channel_heartbeat::kBody, out)
      .number(heartbeat.channel_no)
      .number(heartbeat.appl_last_seq_num)
      .number(heartbeat.end_of_channel)
      .checksum();
}

void encode_channel_statistics(std::int64_t orig_time, std::uint16_t channel_no,
                               std::span<const StreamStatistics> streams,
                               std::vector<std::byte>& out) {
  auto writer =
      begin(kMsgChannelStatistics,
            channel_statistics::kStreams + streams.size() * channel_statistics::kItemSize, out);
  writer.number(orig_time).number(channel_no).number(static_cast<std::uint32_t>(streams.size()));
  for (const StreamStatistics& stream : streams) {
    writer.text(stream.md_stream_id, snapshot::kMDStreamIDWidth)
        .number(stream.stock_num)
        .text(stream.trading_phase_code, snapshot::kTradingPhaseCodeWidth);
  }
  writer.checksum();
}

void encode_business_reject(const BusinessReject& reject, std::vector<std::byte>& out) {
  begin(kMsgBusinessReject, business_reject::kBody, out)
      .number(reject.ref_seq_num)
      .number(reject.ref_msg_type)
      .text(reject.business_reject_ref_id, business_reject::kBusinessRejectRefIDWidth)
      .number(reject.business_reject_reason)
      .text(reject.business_reject_text, business_reject::kBusinessRejectTextWidth)
      .checksum();
}

void encode_resend(const Resend& resend, std::vector<std::byte>& out) {
  begin(kMsgResend, resend::kBody, out)
      .number(resend.resend_type)
      .number(resend.channel_no)
      .number(resend.appl_beg_seq_num)
      .number(resend.appl_end_seq_num)
      .text(resend.news_id, resend::kNewsIDWidth)
      .number(resend.resend_status)
      .text(resend.reject_text, resend::kRejectTextWidth)
      .checksum();
}

void encode_security_status(const SecurityStatusMessage& status,
                            std::span<const SecuritySwitch> switches, std::vector<std::byte>& out) {
  const std::size_t body =
      security_status::kSwitches + switches.size() * security_status::kItemSize;
  auto writer = begin(kMsgSecurityStatus, body, out);
  writer.number(status.orig_time)
      .number(status.channel_no)
      .text(status.security_id, snapshot::kSecurityIDWidth)
      .text(status.security_id_source, snapshot::kSecurityIDSourceWidth)
      .text(status.financial_status, security_status::kFinancialStatusWidth)
      .number(count_of(switches.size()));
  for (const SecuritySwitch& item : switches) {
    writer.number(item.security_switch_type).number(item.security_switch_status);
  }
  writer.checksum();
}

void encode_market_status(const MarketStatus& status, std::vector<std::byte>& out) {
  begin(kMsgMarketStatus, market_status::kBody, out)
      .number(status.orig_time)
      .number(status.channel_no)
      .text(status.market_id, market_status::kMarketIDWidth)
      .text(status.market_segment_id, market_status::kMarketSegmentIDWidth)
      .text(status.trading_session_id, market_status::kTradingSessionIDWidth)
      .text(status.trading_session_sub_id, market_status::kTradingSessionSubIDWidth)
      .number(status.trad_ses_status)
      .number(status.trad_ses_start_time)
      .number(status.trad_ses_end_time)
      .number(status.threshold_amount)
      .number(status.pos_amt)
      .text(status.amount_status, market_status::kAmountStatusWidth)
      .checksum();
}

void encode_bulletin(std::int64_t orig_time, std::uint16_t channel_no, std::string_view news_id,
                     std::string_view headline, std::string_view raw_data,
                     std::vector<std::byte>& out) {
  begin(kMsgBulletin, bulletin::kRawData + raw_data.size(), out)
      .number(orig_time)
      .number(channel_no)
      .text(news_id, bulletin::kNewsIDWidth)
      .text(headline, bulletin::kHeadlineWidth)
      .text("TXT", bulletin::kRawDataFormatWidth)
      .number(count_of(raw_data.size()))
      .text(raw_data, raw_data.size())
      .checksum();
}

void encode_order(const Order& order, std::vector<std::byte>& out) {
  begin(kMsgOrder, order::kBody, out)
      .number(order.channel_no)
      .number(order.appl_seq_num)
      .text(order.md_stream_id, snapshot::kMDStreamIDWidth)
      .text(order.security_id, snapshot::kSecurityIDWidth)
      .text(order.security_id_source, snapshot::kSecurityIDSourceWidth)
      .number(order.price)
      .number(order.order_qty)
      .text({&order.side, 1}, 1)
      .number(order.transact_time)
      .text({&order.ord_type, 1}, 1)
      .checksum();
}

void encode_trade(const TradeMessage& trade, std::vector<std::byte>& out) {
  begin(kMsgTrade, trade::kBody, out)
      .number(trade.channel_no)
      .number(trade.appl_seq_num)
      .text(trade.md_stream_id, snapshot::kMDStreamIDWidth)
      .number(trade.bid_appl_seq_num)
      .number(trade.offer_appl_seq_num)
      .text(trade.security_id, snapshot::kSecurityIDWidth)
      .text(trade.security_id_source, snapshot::kSecurityIDSourceWidth)
      .number(trade.last_px)
      .number(trade.last_qty)
      .text({&trade.exec_type, 1}, 1)
      .number(trade.transact_time)
      .checksum();
}

void encode_snapshot(const SnapshotCommon& fields, std::span<const EntryValue> entries,
                     std::vector<std::byte>& out) {
  std::size_t extension = 0;
  for (const EntryValue& item : entries) {
    extension += entry::kOrderQty + item.order_qty.size() * entry::kOrderQtySize;
  }
  auto writer = begin_snapshot(kMsgSnapshot, fields, extension, count_of(entries.size()), out);
  for (const EntryValue& item : entries) {
    writer.number(item.md_entry_type)
        .number(item.md_entry_px)
        .number(item.md_entry_size)
        .number(item.md_price_level)
        .number(item.number_of_orders)
        .number(count_of(item.order_qty.size()));
    for (const std::int64_t quantity : item.order_qty) writer.number(quantity);
  }
  writer.checksum();
}

void encode_index_snapshot(std::uint32_t msg_type, const SnapshotCommon& fields,
                           std::span<const IndexEntry> entries, std::vector<std::byte>& out) {
  auto writer = begin_snapshot(msg_type, fields, entries.size() * index_entry::kSize,
                               count_of(entries.size()), out);
  for (const IndexEntry& item : entries) writer.number(item.md_entry_type).number(item.md_entry_px);
  writer.checksum();
}

void encode_after_hours(std::uint32_t msg_type, const SnapshotCommon& fields,
                        std::span<const AfterHoursEntry> entries, std::vector<std::byte>& out) {
  auto writer = begin_snapshot(msg_type, fields, entries.size() * after_hours_entry::kSize,
                               count_of(entries.size()), out);
  for (const AfterHoursEntry& item : entries) {
    writer.number(item.md_entry_type).number(item.md_entry_px).number(item.md_entry_size);
  }
  writer.checksum();
}

void encode_volume_statistics(const SnapshotCommon& fields, std::uint32_t stock_num,
                              std::vector<std::byte>& out) {
  begin_snapshot(kMsgVolumeStatistics, fields, 0, stock_num, out).checksum();
}

void encode_hk_snapshot(const SnapshotCommon& fields, std::span<const HkEntry> entries,
                        std::span<const ComplexEvent> events, std::vector<std::byte>& out) {
  const std::size_t extension =
      entries.size() * hk_entry::kSize + 4 + events.size() * complex_event::kSize;
  auto writer = begin_snapshot(kMsgHkSnapshot, fields, extension, count_of(entries.size()), out);
  for (const HkEntry& item : entries) {
    writer.number(item.md_entry_type)
        .number(item.md_entry_px)
        .number(item.md_entry_size)
        .number(item.md_price_level);
  }
  writer.number(count_of(events.size()));
  for (const ComplexEvent& event : events) writer.number(event.start_time).number(event.end_time);
  writer.checksum();
}

}  // namespace indexcast::szse
