// Finds the datagrams of a venue in a capture and decodes them.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/capture/packet_view.h"
#include "feedhandlers/szse/mddp_packet.h"
#include "feedhandlers/transport/bytes.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/frame_cutter.h"

namespace indexcast::server {

// Decides which destinations belong to the venue: those with a requested port, or without requested
// ports each destination from its first plausible datagram on. One thread.
class KnownDestinations {
 public:
  explicit KnownDestinations(std::vector<std::uint16_t> ports) : ports_(std::move(ports)) {}

  // Returns whether the datagram is the venue's. `plausible(payload)` must be false for datagrams
  // of other protocols.
  template <class Plausible>
  bool holds(const feed::PacketView& view, Plausible&& plausible) {
    if (!ports_.empty()) {
      return std::find(ports_.begin(), ports_.end(), view.destination.port) != ports_.end();
    }
    const std::uint64_t destination =
        static_cast<std::uint64_t>(view.destination.host) << 16 | view.destination.port;
    if (known_.contains(destination)) return true;
    if (!plausible(view.payload)) return false;
    known_.insert(destination);
    return true;
  }

 private:
  std::vector<std::uint16_t> ports_;
  absl::flat_hash_set<std::uint64_t> known_;
};

// Writes a line for each message of an OMD-C packet, from a datagram or a retransmission stream.
// Counts the packet's header as decoded. `place` is the start of the packet.
void decode_hkex_packet(feed::Bytes packet, StreamPlace place, const Direction& direction,
                        DecodeOutput& output);

// Returns whether `packet` is a whole packet with at least one message, all of known types and
// valid. Other protocols do not produce such bytes by chance.
bool holds_known_messages(feed::Bytes packet);

// Decodes HKEX's datagrams. A destination is HKEX's by its port, or from its first plausible packet
// header on. One thread.
class DatagramDecoder {
 public:
  DatagramDecoder(const std::vector<std::uint16_t>& ports, DecodeOutput& output)
      : destinations_(ports), output_(output) {}

  void add(const feed::CapturedPacket& packet);

 private:
  KnownDestinations destinations_;
  DecodeOutput& output_;
};

// Decodes SZSE's multicast packets (MDDP, notes 1.7). Shows the packets of both lines. Counts all
// bytes of a fragmented or compressed packet as decoded when the packet is complete, and its
// messages with zero bytes. Skips fragments as incomplete if the captures lack the others. One
// thread.
class MddpDecoder {
 public:
  MddpDecoder(const std::vector<std::uint16_t>& ports, DecodeOutput& output)
      : destinations_(ports), output_(output) {}

  void add(const feed::CapturedPacket& packet);
  // Skips the fragments of incomplete packets. Called at the end of the captures.
  void finish();

 private:
  // Destination host and port, channel, sender and SeqNum: equal for all fragments of a packet.
  using Key = std::tuple<std::uint32_t, std::uint16_t, std::uint16_t, std::uint8_t, std::int64_t>;
  struct Pieces {
    szse::MddpHeader header;  // of the first captured fragment
    StreamPlace place;
    Direction direction;
    std::map<std::uint16_t, std::vector<std::byte>> bodies;  // by fragment number
    std::size_t captured = 0;
  };
  // One complete packet, from one datagram or from fragments.
  struct Whole {
    const szse::MddpHeader& header;
    feed::Bytes body;      // as sent
    std::size_t captured;  // bytes, with headers and checksums
    std::size_t body_at;   // offset of the body in the packet; 0 for a fragmented packet
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
