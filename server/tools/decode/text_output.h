// Numbers and text as the command line prints them.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace indexcast::server {

template <std::integral T>
void append_number(std::string& out, T value) {
  char digits[24];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, result.ptr);
}

// `raw` units of 10^-places with exactly `places` digits after the point: 18640000, 6 ->
// "18.640000". `places` from 0 to 18.
void append_decimal(std::string& out, std::int64_t raw, int places);

// `text` between double quotes as JSON demands. Bytes that are not UTF-8 become U+FFFD, so that any
// input gives valid JSON.
void append_json_string(std::string& out, std::string_view text);

}  // namespace indexcast::server
