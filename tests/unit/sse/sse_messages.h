// SSE messages as tests write them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "feedhandlers/sse/encoder.h"

namespace indexcast::sse::test {

using Message = std::vector<std::byte>;

// A member's snapshot in continuous trading at 09:53:50 on 2026-01-14; change what matters.
inline SnapshotFields snapshot_fields(std::string_view phase = "T111") {
  return {.security_type = kSecurityTypeStock,
          .trad_ses_mode = kTradSesModeProduction,
          .trade_date = 20260114,
          .last_update_time = 95350610,
          .md_stream_id = kStreamShares,
          .security_id = "600031",
          .symbol = "SANY",
          .pre_close_px = 2'262'000,
          .total_volume_traded = 13'525'780,
          .num_trades = 18'871,
          .total_value_traded = 30'586'526'200,
          .trading_phase_code = phase};
}

inline Message snapshot(std::uint64_t sequence, const SnapshotFields& fields,
                        const std::vector<Entry>& entries,
                        std::uint64_t sending_time = 20260114095351220) {
  Message out;
  encode_snapshot({sending_time, sequence}, fields, entries, out);
  return out;
}

inline Message trade(std::uint64_t sequence, std::uint64_t last = 2'249'000) {
  return snapshot(sequence, snapshot_fields(), {{kEntryLast, last, 0, 0}});
}

inline Message logon_answer(std::uint64_t sequence = 1, std::uint16_t heartbeat_s = 3) {
  Message out;
  encode_logon({20260114091000000, sequence}, {"MDGW", "VSS", heartbeat_s, "0.60"}, out);
  return out;
}

inline Message heartbeat(std::uint64_t sequence) {
  Message out;
  encode_heartbeat({20260114095351220, sequence}, out);
  return out;
}

inline Message market_status(std::uint64_t sequence, std::string_view session_id,
                             std::uint64_t sending_time, std::uint8_t security_type = 1,
                             std::uint8_t mode = 3) {
  Message out;
  encode_market_status({sending_time, sequence}, {security_type, mode, session_id, 2400}, out);
  return out;
}

inline void append(Message& to, const Message& bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace indexcast::sse::test
