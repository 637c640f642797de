// SZSE Binary: fields to bytes, the inverse of the decoder, for our own session messages, the
// simulator and tests. Text longer than its field is cut, shorter is padded with spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/szse/decoder.h"

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
void encode_channel_heartbeat(const ChannelHeartbeat& heartbeat, std::vector<std::byte>& out);
void encode_channel_statistics(std::int64_t orig_time, std::uint16_t channel_no,
                               std::span<const StreamStatistics> streams,
                               std::vector<std::byte>& out);
void encode_snapshot(const SnapshotFields& fields, std::span<const EntryValue> entries,
                     std::vector<std::byte>& out);

}  // namespace indexcast::szse
