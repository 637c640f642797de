// Appends fields of a big-endian message to a vector; used off the data plane (sessions, simulator,
// tests).
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <vector>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::feed {

class BigEndianWriter {
 public:
  explicit BigEndianWriter(std::vector<std::byte>& out) : out_(out), start_(out.size()) {}

  template <std::integral T>
  BigEndianWriter& number(T value) {
    const std::size_t at = out_.size();
    out_.resize(at + sizeof(T));
    store_be(out_.data() + at, value);
    return *this;
  }

  // Cut or padded with spaces to `width`.
  BigEndianWriter& text(std::string_view value, std::size_t width) {
    const std::size_t at = out_.size();
    out_.resize(at + width, std::byte{' '});
    // Not memcpy: the view of no text may have no address, which memcpy must not be given.
    value.copy(reinterpret_cast<char*>(out_.data() + at), width);
    return *this;
  }

  // The trailer of both mainland protocols: the sum of everything since construction, mod 256, as
  // four bytes.
  void checksum() { number(byte_sum(Bytes(out_).subspan(start_))); }

 private:
  std::vector<std::byte>& out_;
  const std::size_t start_;
};

}  // namespace indexcast::feed
