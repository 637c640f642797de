// SZSE Binary: fields to bytes, the inverse of the decoder, for our own session messages, the
// simulator and tests. Text longer than its field is cut, shorter is padded with spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/szse/message.h"

namespace indexcast::szse {

// One entry of a 300111 to be written.
struct EntryValue {
  std::uint16_t md_entry_type = 0;
  std::int64_t md_entry_px = 0;    // 1e-6
  std::int64_t md_entry_size = 0;  // 1e-2
  std::uint16_t md_price_level = 0;
  std::int64_t number_of_orders = 0;
  std::span<const std::int64_t> order_qty;  // 1e-2
};

// Each appends one whole message, checksum included.
void encode_logon(const Logon& logon, std::vector<std::byte>& out);
void encode_logout(const Logout& logout, std::vector<std::byte>& out);
void encode_heartbeat(std::vector<std::byte>& out);
void encode_business_reject(const BusinessReject& reject, std::vector<std::byte>& out);
void encode_channel_heartbeat(const ChannelHeartbeat& heartbeat, std::vector<std::byte>& out);
void encode_resend(const Resend& resend, std::vector<std::byte>& out);
void encode_channel_statistics(std::int64_t orig_time, std::uint16_t channel_no,
                               std::span<const StreamStatistics> streams,
                               std::vector<std::byte>& out);
// Ignores the switches in `status`; they are the second argument.
void encode_security_status(const SecurityStatusMessage& status,
                            std::span<const SecuritySwitch> switches, std::vector<std::byte>& out);
void encode_market_status(const MarketStatus& status, std::vector<std::byte>& out);
// A bulletin, 2.13; `news_id` empty: the summary.
void encode_bulletin(std::int64_t orig_time, std::uint16_t channel_no, std::string_view news_id,
                     std::string_view headline, std::string_view raw_data,
                     std::vector<std::byte>& out);
void encode_order(const Order& order, std::vector<std::byte>& out);
void encode_trade(const TradeMessage& trade, std::vector<std::byte>& out);

void encode_snapshot(const SnapshotCommon& fields, std::span<const EntryValue> entries,
                     std::vector<std::byte>& out);
// `msg_type` is 309011 or 309211.
void encode_index_snapshot(std::uint32_t msg_type, const SnapshotCommon& fields,
                           std::span<const IndexEntry> entries, std::vector<std::byte>& out);
// `msg_type` is 300611 or 303711.
void encode_after_hours(std::uint32_t msg_type, const SnapshotCommon& fields,
                        std::span<const AfterHoursEntry> entries, std::vector<std::byte>& out);
void encode_volume_statistics(const SnapshotCommon& fields, std::uint32_t stock_num,
                              std::vector<std::byte>& out);
void encode_hk_snapshot(const SnapshotCommon& fields, std::span<const HkEntry> entries,
                        std::span<const ComplexEvent> events, std::vector<std::byte>& out);

}  // namespace indexcast::szse
