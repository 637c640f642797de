// SSE MDGW BINARY: fields to bytes, the inverse of the decoder, for our own session messages, the
// simulator and tests. Text longer than its field is cut, shorter is padded with spaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/sse/decoder.h"

namespace indexcast::sse {

// What every message needs beside its body.
struct Stamp {
  std::uint64_t sending_time = 0;  // YYYYMMDDHHMMSSsss
  std::uint64_t msg_seq_num = 0;
};

// Each appends one whole message, checksum included.
void encode_logon(const Stamp& stamp, const Logon& logon, std::vector<std::byte>& out);
void encode_logout(const Stamp& stamp, const Logout& logout, std::vector<std::byte>& out);
void encode_heartbeat(const Stamp& stamp, std::vector<std::byte>& out);
void encode_market_status(const Stamp& stamp, const MarketStatus& status,
                          std::vector<std::byte>& out);
// Entries are 10 bytes each when md_stream_id is MD001, else 19. At most 424 of them (8 KiB).
void encode_snapshot(const Stamp& stamp, const SnapshotFields& fields,
                     std::span<const Entry> entries, std::vector<std::byte>& out);

}  // namespace indexcast::sse
