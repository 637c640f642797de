#include "feedhandlers/sse/encoder.h"

#include "feedhandlers/transport/big_endian_writer.h"

namespace indexcast::sse {
namespace {

feed::BigEndianWriter begin(std::uint32_t type, const Stamp& stamp, std::size_t body_length,
                            std::vector<std::byte>& out) {
  feed::BigEndianWriter writer(out);
  writer.number(type)
      .number(stamp.sending_time)
      .number(stamp.msg_seq_num)
      .number(static_cast<std::uint32_t>(body_length));
  return writer;
}

}  // namespace

void encode_logon(const Stamp& stamp, const Logon& logon, std::vector<std::byte>& out) {
  begin(kMsgLogon, stamp, logon::kBody, out)
      .text(logon.sender_comp_id, logon::kCompIDWidth)
      .text(logon.target_comp_id, logon::kCompIDWidth)
      .number(logon.heart_bt_int)
      .text(logon.appl_ver_id, logon::kApplVerIDWidth)
      .checksum();
}

void encode_logout(const Stamp& stamp, const Logout& logout, std::vector<std::byte>& out) {
  begin(kMsgLogout, stamp, logout::kBody, out)
      .number(logout.session_status)
      .text(logout.text, logout::kTextWidth)
      .checksum();
}

void encode_heartbeat(const Stamp& stamp, std::vector<std::byte>& out) {
  begin(kMsgHeartbeat, stamp, 0, out).checksum();
}

void encode_market_status(const Stamp& stamp, const MarketStatus& status,
                          std::vector<std::byte>& out) {
  begin(kMsgMarketStatus, stamp, market_status::kBody, out)
      .number(status.security_type)
      .number(status.trad_ses_mode)
      .text(status.trading_session_id, snapshot::kCodeWidth)
      .number(status.tot_no_related_sym)
      .checksum();
}

void encode_snapshot(const Stamp& stamp, const SnapshotFields& fields,
                     std::span<const Entry> entries, std::vector<std::byte>& out) {
  const bool index = fields.md_stream_id == kStreamIndex;
  const std::size_t entry_size = index ? entry::kIndexSize : entry::kSize;
  auto writer = begin(kMsgSnapshot, stamp, snapshot::kBody + entries.size() * entry_size, out);
  writer.number(fields.security_type)
      .number(fields.trad_ses_mode)
      .number(fields.trade_date)
      .number(fields.last_update_time)
      .text(fields.md_stream_id, snapshot::kMDStreamIDWidth)
      .text(fields.security_id, snapshot::kCodeWidth)
      .text(fields.symbol, snapshot::kCodeWidth)
      .number(fields.pre_close_px)
      .number(fields.total_volume_traded)
      .number(fields.num_trades)
      .number(fields.total_value_traded)
      .text(fields.trading_phase_code, snapshot::kCodeWidth)
      .number(static_cast<std::uint16_t>(entries.size()));
  for (const Entry& item : entries) {
    writer.number(item.md_entry_type).number(item.md_entry_px);
    if (!index) writer.number(item.md_entry_size).number(item.md_entry_position_no);
  }
  writer.checksum();
}

}  // namespace indexcast::sse
