// Finds the OMD-C datagrams of a capture and decodes them.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "feedhandlers/hkex/decoder.h"
#include "server/cli/decode_output.h"

namespace indexcast::server {

// A destination is HKEX's when its port is asked for, or, with no ports to go by, from the first
// datagram on whose packet header is plausible. One thread.
class DatagramDecoder {
 public:
  DatagramDecoder(const std::vector<std::uint16_t>& ports, DecodeOutput& output)
      : ports_(ports), output_(output) {}

  void add(const feed::CapturedPacket& packet);

  std::uint64_t foreign_bytes() const { return foreign_bytes_; }

 private:
  bool is_ours(const feed::PacketView& view);
  void decode(const feed::CapturedPacket& packet, const Direction& direction);
  void decode_message(const hkex::MessageView& message, feed::Bytes packet, std::uint64_t number,
                      const Direction& direction);

  std::vector<std::uint16_t> ports_;
  DecodeOutput& output_;
  absl::flat_hash_set<std::uint64_t> known_destinations_;
  std::uint64_t foreign_bytes_ = 0;
};

}  // namespace indexcast::server
