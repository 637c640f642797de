// Where a field lies in a message, and how its bytes become a value. Little-endian, packed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::hkex::wire {

// An integer field. The caller has checked that the message reaches end().
template <std::integral T>
struct Field {
  using Value = T;
  std::size_t offset;
  constexpr std::size_t end() const { return offset + sizeof(T); }
  T of(const std::byte* message) const { return feed::load_le<T>(message + offset); }
  void put(std::byte* message, T value) const { feed::store_le(message + offset, value); }
};

// "No value" in an Int64 field of any message (section 3.2); the rest of the message stands.
inline constexpr std::int64_t kNullInt64 = std::numeric_limits<std::int64_t>::min();

// Characters padded on the right, or bytes without meaning.
struct Text {
  std::size_t offset;
  std::size_t width;
  constexpr std::size_t end() const { return offset + width; }
  std::string_view of(const std::byte* message) const {
    return feed::text_at(message + offset, width);
  }
};
using Filler = Text;
// UTF-16LE code units.
using Wide = Text;

// End of a run of fields that lie side by side from `begin`; 0 when there is a hole or an overlap.
template <class... Fields>
constexpr std::size_t packed(std::size_t begin, const Fields&... fields) {
  bool whole = true;
  ((whole = whole && fields.offset == begin, begin = fields.end()), ...);
  return whole ? begin : 0;
}

}  // namespace indexcast::hkex::wire
