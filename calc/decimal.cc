#include "calc/decimal.h"

#include <algorithm>
#include <limits>

namespace indexcast {
namespace {

bool append_digit(Int128& value, char digit) {
  return !__builtin_mul_overflow(value, static_cast<Int128>(10), &value) &&
         !__builtin_add_overflow(value, static_cast<Int128>(digit - '0'), &value);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Int128> parse_decimal(std::string_view text, int places) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const auto point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() || (point < text.size() && fraction.empty())) return std::nullopt;
  while (fraction.size() > static_cast<std::size_t>(places) && fraction.back() == '0')
    fraction.remove_suffix(1);
  if (fraction.size() > static_cast<std::size_t>(places)) return std::nullopt;
  Int128 value = 0;
  for (const char c : whole) {
    if (!is_digit(c) || !append_digit(value, c)) return std::nullopt;
  }
  for (const char c : fraction) {
    if (!is_digit(c) || !append_digit(value, c)) return std::nullopt;
  }
  for (auto i = fraction.size(); i < static_cast<std::size_t>(places); ++i) {
    if (!append_digit(value, '0')) return std::nullopt;
  }
  return negative ? -value : value;
}

std::optional<std::int64_t> parse_decimal64(std::string_view text, int places) {
  const auto value = parse_decimal(text, places);
  if (!value || *value > std::numeric_limits<std::int64_t>::max() ||
      *value < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*value);
}

std::string format_decimal(Int128 raw, int places) {
  const bool negative = raw < 0;
  auto magnitude = negative ? -static_cast<UInt128>(raw) : static_cast<UInt128>(raw);
  std::string text;
  for (int i = 0; magnitude != 0 || i <= places; ++i) {
    if (i == places && places > 0) text.push_back('.');
    text.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  }
  if (negative) text.push_back('-');
  std::reverse(text.begin(), text.end());
  return text;
}

std::string format_trimmed(Int128 raw, int places) {
  std::string text = format_decimal(raw, places);
  if (places == 0) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace indexcast
