// Finds Shenzhen's multicast packets (MDDP, notes 1.7) in a capture and decodes their messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/szse/mddp_packet.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/known_destinations.h"

namespace indexcast::server {

// Both lines are shown, as they were captured. The bytes of a packet that came in pieces or
// compressed count as decoded once it is whole, its messages then as none; pieces whose others the
// captures do not hold are skipped as incomplete. One thread.
class MddpDecoder {
 public:
  MddpDecoder(const std::vector<std::uint16_t>& ports, DecodeOutput& output)
      : destinations_(ports), output_(output) {}

  void add(const feed::CapturedPacket& packet);
  // The captures have ended.
  void finish();

 private:
  // Destination host and port, channel, sender and SeqNum: fragments of one packet share them.
  using Key = std::tuple<std::uint32_t, std::uint16_t, std::uint16_t, std::uint8_t, std::int64_t>;
  struct Pieces {
    szse::MddpHeader header;  // of the first that came
    StreamPlace place;
    Direction direction;
    std::map<std::uint16_t, std::vector<std::byte>> bodies;  // by fragment number
    std::size_t captured = 0;
  };
  // One packet, or what its pieces became.
  struct Whole {
    const szse::MddpHeader& header;
    feed::Bytes body;      // as sent
    std::size_t captured;  // bytes, with headers and checksums
    std::size_t body_at;   // in the packet, where the body stands there as it is
    const StreamPlace& place;
    const Direction& direction;
  };

  void on_fragment(const szse::MddpPacket& piece, const feed::CapturedPacket& packet);
  void on_whole(const Whole& whole);
  void on_mark(const Whole& whole);
  void on_messages(const Whole& whole, feed::Bytes plain, bool as_sent);

  KnownDestinations destinations_;
  DecodeOutput& output_;
  std::map<Key, Pieces> pieces_;
  szse::Inflater inflater_;
};

}  // namespace indexcast::server
