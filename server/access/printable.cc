#include "server/access/printable.h"

#include <array>
#include <cstdint>

namespace indexcast::server {
namespace {

constexpr char32_t kNoCharacter = 0xffff'ffff;

// The bytes of a character that begins with `first`; 0 when none does.
std::size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return 2;
  if (first >= 0xe0 && first < 0xf0) return 3;
  if (first >= 0xf0 && first < 0xf5) return 4;
  return 0;
}

// Takes one character off the front; kNoCharacter for anything that is not UTF-8.
char32_t take_character(std::string_view& text) {
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = length_of(first);
  if (length == 0 || length > text.size()) return kNoCharacter;
  char32_t value = length == 1 ? first : first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0u) != 0x80) return kNoCharacter;
    value = (value << 6) | (next & 0x3fu);
  }
  text.remove_prefix(length);
  const bool surrogate = value >= 0xd800 && value < 0xe000;
  return value < kLeast[length] || value > 0x10ffff || surrogate ? kNoCharacter : value;
}

bool misleads(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

}  // namespace

std::optional<std::string> printable_fault(std::string_view text, std::size_t bytes_max) {
  if (text.find_first_not_of(' ') == std::string_view::npos) return "must say something";
  if (text.size() > bytes_max) return "longer than " + std::to_string(bytes_max) + " bytes";
  while (!text.empty()) {
    const char32_t character = take_character(text);
    if (character == kNoCharacter) return "is not UTF-8";
    if (misleads(character)) return "holds a character that cannot be printed in a line";
  }
  return std::nullopt;
}

}  // namespace indexcast::server
