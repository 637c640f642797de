#include "server/tools/decode/text_output.h"

#include <cstddef>

namespace indexcast::server {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Bytes of the UTF-8 sequence at the front of `text` (not empty); 0 when it is none. Overlong
// forms, surrogates and values beyond U+10FFFF are none (Unicode, table 3-7).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  if (lead == 0xe0 && byte(1) < 0xa0) return 0;
  if (lead == 0xed && byte(1) > 0x9f) return 0;
  if (lead == 0xf0 && byte(1) < 0x90) return 0;
  if (lead == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

void append_escaped_control(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHex[value >> 4];
  out += kHex[value & 0xf];
}

}  // namespace

void append_decimal(std::string& out, std::int64_t raw, int places) {
  auto magnitude = static_cast<std::uint64_t>(raw);
  if (raw < 0) {
    out += '-';
    magnitude = 0 - magnitude;
  }
  const std::size_t begin = out.size();
  append_number(out, magnitude);
  if (places <= 0) return;
  const auto fraction = static_cast<std::size_t>(places);
  const std::size_t digits = out.size() - begin;
  if (digits <= fraction) out.insert(begin, fraction + 1 - digits, '0');
  out.insert(out.size() - fraction, 1, '.');
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char first = text.front();
    if (length == 0) {
      out += kReplacement;
    } else if (first == '"' || first == '\\') {
      out += '\\';
      out += first;
    } else if (static_cast<unsigned char>(first) < 0x20 || first == 0x7f) {
      append_escaped_control(out, first);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

}  // namespace indexcast::server
