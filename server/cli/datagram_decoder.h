// Finds the OMD-C datagrams of a capture and decodes them.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "server/cli/decode_output.h"

namespace indexcast::server {

// A destination is HKEX's when its port is asked for, or, with no ports to go by, from the first
// datagram on whose packet header is plausible. One thread.
class DatagramDecoder {
 public:
  DatagramDecoder(const std::vector<std::uint16_t>& ports, DecodeOutput& output)
      : ports_(ports), output_(output) {}

  void add(const feed::CapturedPacket& packet);

 private:
  bool is_ours(const feed::PacketView& view);

  std::vector<std::uint16_t> ports_;
  DecodeOutput& output_;
  absl::flat_hash_set<std::uint64_t> known_destinations_;
};

}  // namespace indexcast::server
