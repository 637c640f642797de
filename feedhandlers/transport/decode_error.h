// Why bytes did not decode: one list for all venues, so that counters, `decode` and logs use the
// same words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace indexcast::feed {

enum class DecodeError : std::uint8_t {
  none = 0,
  truncated,  // fewer bytes than the header or the fixed part needs
  oversized,  // longer than the protocol allows
  bad_checksum,
  bad_length,    // a length field that contradicts its container
  bad_count,     // a repeating group that does not fit into the message
  bad_field,     // a field outside what the specification can mean (not a number, impossible date)
  bad_sequence,  // a sequence that goes backwards within one session
};
inline constexpr std::size_t kDecodeErrorCount = 8;

inline constexpr std::array<std::string_view, kDecodeErrorCount> kDecodeErrorNames{
    "none",       "truncated", "oversized", "bad_checksum",
    "bad_length", "bad_count", "bad_field", "bad_sequence"};

constexpr std::string_view name_of(DecodeError error) {
  return kDecodeErrorNames[static_cast<std::size_t>(error)];
}

// Where the next frame of a TCP stream ends.
struct FrameScan {
  enum class Status : std::uint8_t { complete, incomplete, malformed };
  Status status = Status::incomplete;
  std::size_t length = 0;  // of the whole frame when complete; bytes to skip when malformed
  DecodeError error = DecodeError::none;
};

}  // namespace indexcast::feed
