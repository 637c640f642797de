#include "server/tools/decode/fields.h"

#include <algorithm>
#include <cstddef>

namespace indexcast::server {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Returns the length of the UTF-8 sequence at the start of `text` (not empty), or 0 if there is no
// valid one. Overlong forms, surrogates and values above U+10FFFF are invalid (Unicode, table 3-7).
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

constexpr bool needs_no_quotes(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=' && c != '{' && c != '}' &&
         c != '[' && c != ']';
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

void PlainFields::separate() {
  if (!first_) out_ += ' ';
  first_ = false;
}

void PlainFields::key(std::string_view name) {
  separate();
  out_ += name;
  out_ += '=';
}

void PlainFields::integer(std::string_view name, std::int64_t value) {
  key(name);
  append_number(out_, value);
}

void PlainFields::natural(std::string_view name, std::uint64_t value) {
  key(name);
  append_number(out_, value);
}

void PlainFields::decimal(std::string_view name, std::int64_t raw, int places) {
  key(name);
  append_decimal(out_, raw, places);
}

void PlainFields::text(std::string_view name, std::string_view value) {
  key(name);
  if (!value.empty() && std::all_of(value.begin(), value.end(), needs_no_quotes)) {
    out_ += value;
  } else {
    append_json_string(out_, value);
  }
}

void PlainFields::begin_list(std::string_view name) {
  key(name);
  out_ += '[';
  first_ = true;
}

void PlainFields::begin_item() {
  separate();
  out_ += '{';
  first_ = true;
}

void PlainFields::end_item() {
  out_ += '}';
  first_ = false;
}

void PlainFields::end_list() {
  out_ += ']';
  first_ = false;
}

void JsonFields::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

void JsonFields::key(std::string_view name) {
  separate();
  append_json_string(out_, name);
  out_ += ':';
}

void JsonFields::integer(std::string_view name, std::int64_t value) {
  key(name);
  append_number(out_, value);
}

void JsonFields::natural(std::string_view name, std::uint64_t value) {
  key(name);
  append_number(out_, value);
}

void JsonFields::decimal(std::string_view name, std::int64_t raw, int places) {
  key(name);
  out_ += '"';
  append_decimal(out_, raw, places);
  out_ += '"';
}

void JsonFields::text(std::string_view name, std::string_view value) {
  key(name);
  append_json_string(out_, value);
}

void JsonFields::null(std::string_view name) {
  key(name);
  out_ += "null";
}

void JsonFields::begin_list(std::string_view name) {
  key(name);
  out_ += '[';
  first_ = true;
}

void JsonFields::begin_item() {
  separate();
  out_ += '{';
  first_ = true;
}

void JsonFields::end_item() {
  out_ += '}';
  first_ = false;
}

void JsonFields::end_list() {
  out_ += ']';
  first_ = false;
}

}  // namespace indexcast::server
