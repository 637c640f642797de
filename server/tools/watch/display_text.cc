#include "server/tools/watch/display_text.h"

#include <algorithm>
#include <array>
#include <climits>
#include <cwchar>
#include <optional>
#include <utility>

namespace indexcast::server {
namespace {

constexpr char32_t kInvalid = 0xFFFD;

// Removes and returns the first character of `text`, which is not empty; kInvalid for an invalid
// byte.
char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC2 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  char32_t character = size <= 1 ? first : first & (0x7Fu >> size);
  bool whole = size > 0 && size <= text.size();
  for (std::size_t i = 1; whole && i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    whole = (next & 0xC0) == 0x80;
    character = character << 6 | (next & 0x3Fu);
  }
  text.remove_prefix(whole ? size : 1);
  return whole ? character : kInvalid;
}

bool is_control(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

bool is_within(char32_t character, std::initializer_list<std::pair<char32_t, char32_t>> ranges) {
  return std::ranges::any_of(ranges, [character](const auto& range) {
    return character >= range.first && character <= range.second;
  });
}

int columns_of_character(char32_t character) {
  if (is_within(character, {{0x300, 0x36F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}})) return 0;
  const bool wide = is_within(character, {{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F64F},
                                          {0x1F900, 0x1F9FF},
                                          {0x20000, 0x3FFFD}});
  return wide ? 2 : 1;
}

// Returns the text up to `columns` columns.
std::string_view head_of(std::string_view utf8, int columns) {
  std::string_view rest = utf8;
  while (!rest.empty()) {
    std::string_view next = rest;
    columns -= columns_of_character(take_character(next));
    if (columns < 0) break;
    rest = next;
  }
  return utf8.substr(0, utf8.size() - rest.size());
}

std::string cut(std::string_view utf8, int width) {
  if (columns_of(utf8) <= width) return std::string(utf8);
  return width < 1 ? std::string() : std::string(head_of(utf8, width - 1)) + "~";
}

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(0, count)), ' ');
}

// Returns the character in the locale's encoding; empty when the locale lacks it.
std::optional<std::string> encode(char32_t character) {
  if (character == kInvalid || is_control(character)) return std::nullopt;
  std::array<char, MB_LEN_MAX> bytes{};
  std::mbstate_t state{};
  const std::size_t size = std::wcrtomb(bytes.data(), static_cast<wchar_t>(character), &state);
  if (size == static_cast<std::size_t>(-1)) return std::nullopt;
  return std::string(bytes.data(), size);
}

std::string substitute(char32_t character) {
  switch (character) {
    case U'\u25b2':
    case U'\u2191':
      return "^";
    case U'\u25bc':
    case U'\u2193':
      return "v";
    default:
      return std::string(static_cast<std::size_t>(columns_of_character(character)), '?');
  }
}

}  // namespace

int columns_of(std::string_view utf8) {
  int columns = 0;
  while (!utf8.empty()) columns += columns_of_character(take_character(utf8));
  return columns;
}

std::string fit_left(std::string_view utf8, int width) {
  const std::string text = cut(utf8, width);
  return text + spaces(width - columns_of(text));
}

std::string fit_right(std::string_view utf8, int width) {
  const std::string text = cut(utf8, width);
  return spaces(width - columns_of(text)) + text;
}

std::string in_locale(std::string_view utf8, int columns) {
  std::string_view rest = head_of(utf8, columns);
  std::string out;
  while (!rest.empty()) {
    const char32_t character = take_character(rest);
    out += encode(character).value_or(substitute(character));
  }
  return out;
}

bool locale_has(std::string_view utf8) {
  while (!utf8.empty()) {
    if (!encode(take_character(utf8))) return false;
  }
  return true;
}

}  // namespace indexcast::server
