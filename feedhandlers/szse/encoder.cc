#include "feedhandlers/szse/encoder.h"

#include "feedhandlers/common/big_endian_writer.h"

namespace indexcast::szse {
namespace {

feed::BigEndianWriter begin(std::uint32_t type, std::size_t body_length,
                            std::vector<std::byte>& out) {
  feed::BigEndianWriter writer(out);
  writer.number(type).number(static_cast<std::uint32_t>(body_length));
  return writer;
}

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

void encode_snapshot(const SnapshotFields& fields, std::span<const EntryValue> entries,
                     std::vector<std::byte>& out) {
  std::size_t body = snapshot::kEntries;
  for (const EntryValue& item : entries) {
    body += entry::kOrderQty + item.order_qty.size() * entry::kOrderQtySize;
  }
  auto writer = begin(kMsgSnapshot, body, out);
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
      .number(static_cast<std::uint32_t>(entries.size()));
  for (const EntryValue& item : entries) {
    writer.number(item.md_entry_type)
        .number(item.md_entry_px)
        .number(item.md_entry_size)
        .number(item.md_price_level)
        .number(item.number_of_orders)
        .number(static_cast<std::uint32_t>(item.order_qty.size()));
    for (const std::int64_t quantity : item.order_qty) writer.number(quantity);
  }
  writer.checksum();
}

}  // namespace indexcast::szse
