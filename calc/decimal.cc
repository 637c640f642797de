#include "calc/decimal.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace indexcast {
namespace {

// So many digits fit 64 bits, whose arithmetic is several times cheaper than that of 128.
constexpr std::size_t kChunk = 18;
constexpr auto kPowers = [] {
  std::array<std::int64_t, kChunk + 1> powers{};
  for (std::size_t n = 0; n < powers.size(); ++n)
    powers[n] = static_cast<std::int64_t>(pow10(static_cast<int>(n)));
  return powers;
}();

// value x 10^places + units; false when it leaves 128 bits. places <= kChunk.
bool append(Int128& value, std::size_t places, std::int64_t units) {
  return !__builtin_mul_overflow(value, static_cast<Int128>(kPowers[places]), &value) &&
         !__builtin_add_overflow(value, static_cast<Int128>(units), &value);
}

bool append_digits(Int128& value, std::string_view digits) {
  while (!digits.empty()) {
    const std::string_view chunk = digits.substr(0, kChunk);
    std::int64_t units = 0;
    for (const char c : chunk) {
      if (c < '0' || c > '9') return false;
      units = units * 10 + (c - '0');
    }
    if (!append(value, chunk.size(), units)) return false;
    digits.remove_prefix(chunk.size());
  }
  return true;
}

bool append_zeros(Int128& value, std::size_t count) {
  for (; count > kChunk; count -= kChunk) {
    if (!append(value, kChunk, 0)) return false;
  }
  return append(value, count, 0);
}

// A number as it is written, without its point.
struct Digits {
  std::int64_t units = 0;
  std::size_t places = 0;  // behind the point
};

// Nearly every number of a file is short, and needs one pass in 64 bits: kChunk characters at most.
std::optional<Digits> read_short(std::string_view text) {
  Digits digits;
  std::size_t point = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' && point == text.size()) {
      point = i;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits.units = digits.units * 10 + (text[i] - '0');
  }
  if (point == 0 || point + 1 == text.size()) return std::nullopt;
  if (point < text.size()) digits.places = text.size() - point - 1;
  return digits;
}

std::optional<Int128> parse_magnitude(std::string_view text, std::size_t places) {
  if (text.size() <= kChunk && places <= kChunk) {
    const auto digits = read_short(text);
    if (!digits) return std::nullopt;
    if (digits->places <= places)
      return static_cast<Int128>(digits->units) * kPowers[places - digits->places];
  }
  const auto point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() || (point < text.size() && fraction.empty())) return std::nullopt;
  while (fraction.size() > places && fraction.back() == '0') fraction.remove_suffix(1);
  if (fraction.size() > places) return std::nullopt;
  Int128 value = 0;
  if (!append_digits(value, whole) || !append_digits(value, fraction) ||
      !append_zeros(value, places - fraction.size())) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<Int128> parse_decimal(std::string_view text, int places) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const auto magnitude = parse_magnitude(text, static_cast<std::size_t>(places));
  return magnitude && negative ? -*magnitude : magnitude;
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
