// Text as it stands in a message: fixed width, padded on the right.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "feedhandlers/hkex/message/utf16.h"
#include "feedhandlers/transport/bytes.h"

namespace indexcast::hkex {

// Fixed-width text as it stands in the message, padded with spaces on the right.
template <std::size_t N>
struct PaddedText {
  std::array<char, N> characters{};

  constexpr PaddedText() { characters.fill(' '); }
  // Cut at N characters.
  constexpr PaddedText(std::string_view text) : PaddedText() {  // NOLINT: implicit on purpose
    for (std::size_t i = 0; i < N && i < text.size(); ++i) characters[i] = text[i];
  }
  constexpr PaddedText(const char* text) : PaddedText(std::string_view(text)) {}  // NOLINT
  constexpr std::string_view view() const {
    return feed::trim_padding({characters.data(), characters.size()});
  }
  friend bool operator==(const PaddedText&, const PaddedText&) = default;
};

// N UTF-16 code units, padded with NUL on the right.
template <std::size_t N>
struct WideText {
  std::array<char16_t, N> units{};

  constexpr WideText() = default;
  // Cut at N units.
  constexpr WideText(std::u16string_view text) {  // NOLINT: implicit on purpose
    for (std::size_t i = 0; i < N && i < text.size(); ++i) units[i] = text[i];
  }
  constexpr WideText(const char16_t* text) : WideText(std::u16string_view(text)) {}  // NOLINT
  // Without the padding, utf16.h.
  std::string utf8() const { return utf8_of_utf16({units.data(), units.size()}); }
  friend bool operator==(const WideText&, const WideText&) = default;
};

}  // namespace indexcast::hkex
