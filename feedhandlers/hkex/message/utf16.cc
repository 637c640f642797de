#include "feedhandlers/hkex/message/utf16.h"

#include <cstdint>

namespace indexcast::hkex {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr char32_t kIdeographicSpace = 0x3000;

bool is_padding(char32_t unit) { return unit == 0 || unit == ' ' || unit == kIdeographicSpace; }
bool is_high_surrogate(char32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

}  // namespace

std::string utf8_of_utf16(std::u16string_view units) {
  std::size_t count = units.size();
  while (count > 0 && is_padding(units[count - 1])) --count;
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    char32_t c = units[i];
    if (is_high_surrogate(c) && i + 1 < count && is_low_surrogate(units[i + 1])) {
      c = 0x10000 + ((c - 0xd800) << 10) + (units[++i] - 0xdc00);
    } else if (is_high_surrogate(c) || is_low_surrogate(c)) {
      c = kReplacement;
    }
    append_utf8(out, c);
  }
  return out;
}

}  // namespace indexcast::hkex
