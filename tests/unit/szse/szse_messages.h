// SZSE messages as tests write them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "feedhandlers/szse/encoder.h"

namespace indexcast::szse::test {

using Message = std::vector<std::byte>;

// Security 000001 at 09:30:03 on 2025-06-20; change what matters.
inline SnapshotCommon snapshot_fields(std::string_view phase = "T0",
                                      std::string_view code = "000001",
                                      std::int64_t orig_time = 20250620093003000) {
  return {.orig_time = orig_time,
          .channel_no = 1011,
          .md_stream_id = kStreamSpot,
          .security_id = code,
          .security_id_source = kSourceSzse,
          .trading_phase_code = phase,
          .prev_close_px = 123'400,
          .num_trades = 100,
          .total_volume_trade = 12'340'000,
          .total_value_trade = 15'227'560'000};
}

inline EntryValue price_entry(std::uint16_t type, std::int64_t price) {
  return {.md_entry_type = type,
          .md_entry_px = price,
          .md_entry_size = 0,
          .md_price_level = 0,
          .number_of_orders = 0,
          .order_qty = {}};
}

inline Message snapshot(const SnapshotCommon& fields, const std::vector<EntryValue>& entries) {
  Message out;
  encode_snapshot(fields, entries, out);
  return out;
}

inline Message trade(std::int64_t last = 12'350'000) {
  return snapshot(snapshot_fields(), {price_entry(kEntryLast, last)});
}

inline Message logon_answer(std::int32_t heartbeat_s = 3) {
  Message out;
  encode_logon({"MDGW", "VSS", heartbeat_s, "", kCommunicationVersion}, out);
  return out;
}

inline Message heartbeat() {
  Message out;
  encode_heartbeat(out);
  return out;
}

inline void append(Message& to, const Message& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace indexcast::szse::test
