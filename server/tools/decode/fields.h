// Writes the fields of one message, as plain text or as JSON.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "feedhandlers/transport/field_sink.h"

namespace indexcast::server {

template <std::integral T>
void append_number(std::string& out, T value) {
  char digits[24];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, result.ptr);
}

// Appends `raw` units of 10^-places with exactly `places` digits after the point: 18640000, 6 ->
// "18.640000". `places` from 0 to 18.
void append_decimal(std::string& out, std::int64_t raw, int places);

// Appends `text` as a JSON string in double quotes. Replaces bytes that are not UTF-8 by U+FFFD, so
// that every input gives valid JSON.
void append_json_string(std::string& out, std::string_view text);

// Appends ` Name=value Name=value List=[{Name=value} {Name=value}]` to a string that must outlive
// the object. Quotes text with other characters than letters, digits and plain punctuation, with
// JSON's escapes, so that a message is always one line.
class PlainFields final : public feed::FieldSink {
 public:
  explicit PlainFields(std::string& out) : out_(out) {}

  void integer(std::string_view name, std::int64_t value) override;
  void natural(std::string_view name, std::uint64_t value) override;
  void decimal(std::string_view name, std::int64_t raw, int places) override;
  void text(std::string_view name, std::string_view value) override;
  void begin_list(std::string_view name) override;
  void begin_item() override;
  void end_item() override;
  void end_list() override;

 private:
  void key(std::string_view name);
  void separate();

  std::string& out_;
  bool first_ = false;  // the next field is the first of a list or item
};

// Appends `"Name":value,"Name":value` without the surrounding braces to a string that must outlive
// the object. Writes integers as JSON numbers, scaled numbers as decimal strings with all places,
// and lists as arrays of objects.
class JsonFields final : public feed::FieldSink {
 public:
  explicit JsonFields(std::string& out) : out_(out) {}

  void integer(std::string_view name, std::int64_t value) override;
  void natural(std::string_view name, std::uint64_t value) override;
  void decimal(std::string_view name, std::int64_t raw, int places) override;
  void text(std::string_view name, std::string_view value) override;
  void null(std::string_view name) override;
  void begin_list(std::string_view name) override;
  void begin_item() override;
  void end_item() override;
  void end_list() override;

 private:
  void key(std::string_view name);
  void separate();

  std::string& out_;
  bool first_ = true;
};

}  // namespace indexcast::server
