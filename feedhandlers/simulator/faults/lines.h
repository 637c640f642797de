// The two lines on which HKEX sends every channel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace indexcast::sim {

// Lines are numbered 0 = A, 1 = B where they count things.
inline constexpr std::size_t kLineCount = 2;

enum class Lines : std::uint8_t { a, b, both };

constexpr bool includes(Lines lines, std::size_t line) {
  return lines == Lines::both || static_cast<std::size_t>(lines) == line;
}

}  // namespace indexcast::sim
