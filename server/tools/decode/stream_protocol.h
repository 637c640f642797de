// What `decode` must know of a venue's streams.
#pragma once

#include "feedhandlers/market/venue.h"
#include "feedhandlers/transport/bytes.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/frame_cutter.h"

namespace indexcast::server {

struct StreamProtocol {
  VenueFraming framing;
  // Whether an intact frame is proof enough that a flow is the venue's.
  bool (*convincing)(feed::Bytes frame) = nullptr;
  // Writes the message or messages of an intact frame.
  void (*decode)(feed::Bytes frame, StreamPlace place, const Direction& direction,
                 DecodeOutput& output) = nullptr;
};

// SSE and SZSE: their gateways. HKEX: the retransmission service.
const StreamProtocol& stream_protocol(feed::Venue venue);

}  // namespace indexcast::server
