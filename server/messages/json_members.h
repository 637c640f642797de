// The members of a JSON object, one after another, each with the comma before it.
#pragma once

#include <fmt/compile.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "server/messages/level_json.h"
#include "server/view/enum_names.h"

namespace indexcast::server {

// Levels have 0 .. 8 places; a message from elsewhere may claim anything, and 18 is what int64
// holds.
inline int places_of(std::uint32_t decimals) {
  return static_cast<int>(std::min<std::uint32_t>(decimals, 18));
}

inline void append(JsonBuffer& out, std::string_view text) { out.append(text.begin(), text.end()); }

template <class Number>
inline void append_number(JsonBuffer& out, std::string_view key, Number value) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":{}"), key, value);
}

// 64-bit values that pass 2^53 travel as strings: a JavaScript number would round them.
template <class Number>
inline void append_wide(JsonBuffer& out, std::string_view key, Number value) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":\"{}\""), key, value);
}

inline void append_name(JsonBuffer& out, std::string_view key, std::string_view name) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":\"{}\""), key, name);
}

inline void append_boolean(JsonBuffer& out, std::string_view key, bool value) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":{}"), key, value);
}

inline void append_text(JsonBuffer& out, std::string_view key, std::string_view text) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":"), key);
  append_quoted(out, text);
}

inline void append_decimal_field(JsonBuffer& out, std::string_view key, std::int64_t raw,
                                 int places) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":\""), key);
  append_decimal(out, raw, places);
  out.push_back('"');
}

// 0 is "none yet" in these fields.
inline void append_optional_decimal(JsonBuffer& out, std::string_view key, std::int64_t raw,
                                    int places) {
  if (raw == 0) {
    fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":null"), key);
  } else {
    append_decimal_field(out, key, raw, places);
  }
}

inline void append_flags(JsonBuffer& out, std::string_view key, std::uint32_t flags) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE(",\"{}\":["), key);
  bool first = true;
  for (std::size_t bit = 0; bit < kLevelFlagNames.size(); ++bit) {
    if ((flags >> bit & 1u) == 0) continue;
    fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}\"{}\""), first ? "" : ",",
                   kLevelFlagNames[bit]);
    first = false;
  }
  out.push_back(']');
}

inline void open_object(JsonBuffer& out, std::string_view type, std::uint64_t epoch) {
  out.push_back('{');
  if (!type.empty()) fmt::format_to(std::back_inserter(out), FMT_COMPILE("\"type\":\"{}\","), type);
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("\"epoch\":\"{}\""), epoch);
}

}  // namespace indexcast::server
