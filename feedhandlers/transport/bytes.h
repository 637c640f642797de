// Loads and stores of fixed-width integers at byte addresses, and the views that decoders work on.
// The caller has checked the length; nothing here reads past what it is given.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace indexcast::feed {

using Bytes = std::span<const std::byte>;

template <std::unsigned_integral T>
constexpr T byte_swap(T value) {
  if constexpr (sizeof(T) == 1) return value;
  if constexpr (sizeof(T) == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

// Little-endian (HKEX) and big-endian (SSE, SZSE) loads; `T` may be signed (two's complement).
template <std::integral T>
T load_le(const std::byte* at) {
  std::make_unsigned_t<T> raw;
  std::memcpy(&raw, at, sizeof raw);
  return static_cast<T>(raw);
}

template <std::integral T>
T load_be(const std::byte* at) {
  std::make_unsigned_t<T> raw;
  std::memcpy(&raw, at, sizeof raw);
  return static_cast<T>(byte_swap(raw));
}

template <std::integral T>
void store_le(std::byte* at, T value) {
  const auto raw = static_cast<std::make_unsigned_t<T>>(value);
  std::memcpy(at, &raw, sizeof raw);
}

template <std::integral T>
void store_be(std::byte* at, T value) {
  const auto raw = byte_swap(static_cast<std::make_unsigned_t<T>>(value));
  std::memcpy(at, &raw, sizeof raw);
}

static_assert(std::endian::native == std::endian::little);

// The bytes as characters, whole width.
inline std::string_view text_at(const std::byte* at, std::size_t width) {
  return {reinterpret_cast<const char*>(at), width};
}

// Without the spaces and NULs that pad it on the right.
constexpr std::string_view trim_padding(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

// Sum of the eight bytes of a word.
constexpr std::uint32_t sum_of_bytes(std::uint64_t word) {
  constexpr std::uint64_t kEven = 0x00ff'00ff'00ff'00ff;
  constexpr std::uint64_t kAddAll = 0x0001'0001'0001'0001;
  const std::uint64_t pairs = (word & kEven) + (word >> 8 & kEven);
  return static_cast<std::uint32_t>(pairs * kAddAll >> 48);
}

// Sum of all bytes mod 256: the checksum of SSE MDGW (IS120 2.2) and SZSE Binary (S117 4.2). Lanes
// of bytes wrap as the sum itself does, so 64 of them are added at once and folded at the end.
inline std::uint32_t byte_sum(Bytes bytes) {
  using Lanes __attribute__((vector_size(16))) = std::uint8_t;
  struct Block {
    Lanes a, b, c, d;
  };
  Block sums{};
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof sums; left -= sizeof sums, at += sizeof sums) {
    Block next;
    std::memcpy(&next, at, sizeof next);
    sums.a += next.a;
    sums.b += next.b;
    sums.c += next.c;
    sums.d += next.d;
  }
  std::uint64_t words[2];
  const Lanes folded = (sums.a + sums.b) + (sums.c + sums.d);
  std::memcpy(words, &folded, sizeof words);
  std::uint32_t sum = sum_of_bytes(words[0]) + sum_of_bytes(words[1]);
  for (; left >= sizeof words[0]; left -= sizeof words[0], at += sizeof words[0]) {
    std::memcpy(words, at, sizeof words[0]);
    sum += sum_of_bytes(words[0]);
  }
  for (; left != 0; --left, ++at) sum += static_cast<std::uint32_t>(*at);
  return sum & 0xff;
}

}  // namespace indexcast::feed
