// A datagram as the arbiter needs it, and how far apart two lines may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "calc/time.h"
#include "feedhandlers/sequencing/datagram_handler.h"
#include "feedhandlers/transport/bytes.h"

namespace indexcast::feed {

struct LinePacket {
  std::uint32_t sequence = 0;  // of the first message
  std::uint32_t count = 0;     // messages; 0 only says which number comes next
  Line line = Line::a;
  TimeNs sent{};           // the sender's stamp
  Bytes bytes;             // valid during the call that hands it over
  bool recovered = false;  // by the retransmission service: its line says nothing
  std::uint64_t end() const { return std::uint64_t{sequence} + count; }
};

// The exchange itself keeps 50,000 messages a channel for retransmission: a jump beyond that,
// either way, is a fault or a restart.
inline constexpr std::uint64_t kSuspiciousJump = 50'000;
// On the receive clock. So long after one line brought a sequence reset may the other one still
// deliver packets from before it; and a line that said nothing for so long does not speak.
inline constexpr std::int64_t kLineLagNs = 5 * kNsPerSecond;
// On the sender's clock. Copies of one packet carry stamps no further apart than this.
inline constexpr std::int64_t kCopySkewNs = kNsPerSecond;

// Number of the next message after a heartbeat, which names the last message sent (OMD-C 3.4.1).
// Empty when no number follows.
constexpr std::optional<std::uint32_t> next_after_heartbeat(std::uint32_t last) {
  if (last == std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return last + 1;
}

constexpr std::size_t index_of(Line line) { return static_cast<std::size_t>(line); }

}  // namespace indexcast::feed
