// The security code of SSE and SZSE snapshots: char[8], digits padded with spaces.
#pragma once

#include <cstdint>
#include <optional>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::feed {

// The number in eight characters at `at`: digits, then spaces or NULs only. Empty for anything
// else. Written out for speed: it runs on every message of the market before anything is filtered.
inline std::optional<std::uint32_t> security_digits(const std::byte* at) {
  std::uint32_t code = 0;
  std::size_t i = 0;
  for (; i < 8; ++i) {
    const auto digit = static_cast<std::uint32_t>(at[i]) - '0';
    if (digit > 9) break;
    code = code * 10 + digit;
  }
  if (i == 0) return std::nullopt;
  for (; i < 8; ++i) {
    if (at[i] != std::byte{' '} && at[i] != std::byte{0}) return std::nullopt;
  }
  return code;
}

}  // namespace indexcast::feed
