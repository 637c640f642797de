#include "server/tools/decode/json_fields.h"

#include "server/tools/decode/text_output.h"

namespace indexcast::server {

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
