// The subscriber's messages as JSON text: field names of the proto, levels as decimal strings with
// the published places, statuses and flags as names (proto/README.md, "JSON").
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "indexcast/v1/query.pb.h"
#include "indexcast/v1/stream.pb.h"

namespace indexcast::server {

// Appended to by the writers below; cleared and reused by its owner, so that it stops growing.
using JsonBuffer = fmt::memory_buffer;

inline std::string_view text_of(const JsonBuffer& buffer) { return {buffer.data(), buffer.size()}; }

// Appends one compact object. `type` becomes its first member, none when empty.
void append_level_json(JsonBuffer& out, const v1::Level& level, std::string_view type);
// An array of them, as a replay has it.
void append_levels_json(JsonBuffer& out, const v1::ReplayReply& replay);
void append_skipped_json(JsonBuffer& out, const v1::Skipped& skipped);
void append_heartbeat_json(JsonBuffer& out, const v1::Heartbeat& heartbeat);

// Appends `raw` units of 10^-places as a decimal without quotes, exactly `places` decimals.
void append_decimal(JsonBuffer& out, std::int64_t raw, int places);

// Appends a quoted, escaped string. Bytes from 0x80 pass as they are: the text is UTF-8 already.
void append_quoted(JsonBuffer& out, std::string_view text);

}  // namespace indexcast::server
