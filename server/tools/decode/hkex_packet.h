// One OMD-C packet, from a datagram or a retransmission stream, as the lines of `decode`.
#pragma once

#include "feedhandlers/transport/bytes.h"
#include "server/tools/decode/decode_output.h"
#include "server/tools/decode/frame_cutter.h"

namespace indexcast::server {

// A line for each message; the packet's own header counts as decoded with them. `place` is where
// the packet begins.
void decode_hkex_packet(feed::Bytes packet, StreamPlace place, const Direction& direction,
                        DecodeOutput& output);

// A whole packet with at least one message, all of known types and sound: no other protocol has
// that by chance.
bool holds_known_messages(feed::Bytes packet);

}  // namespace indexcast::server
