#include "server/tools/decode/plain_fields.h"

#include <algorithm>

#include "server/tools/decode/text_output.h"

namespace indexcast::server {
namespace {

constexpr bool needs_no_quotes(char c) {
  return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=' && c != '{' && c != '}' &&
         c != '[' && c != ']';
}

}  // namespace

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

}  // namespace indexcast::server
