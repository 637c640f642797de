// Finds the OMD-C datagrams of a capture and decodes them.
#pragma once

#include <cstdint>
#include <vector>

#include "feedhandlers/capture/capture_source.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/known_destinations.h"

namespace indexcast::server {

// A destination is HKEX's by its port, or from the first plausible packet header on. One thread.
class DatagramDecoder {
 public:
  DatagramDecoder(const std::vector<std::uint16_t>& ports, DecodeOutput& output)
      : destinations_(ports), output_(output) {}

  void add(const feed::CapturedPacket& packet);

 private:
  KnownDestinations destinations_;
  DecodeOutput& output_;
};

}  // namespace indexcast::server
