#include "server/tools/decode/datagram_decoder.h"

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/wire.h"
#include "server/tools/decode/hkex_packet.h"

namespace indexcast::server {
namespace {

namespace wire = hkex::wire;

// Size, and a send time of this century (zero: decoder.h): no other protocol has both by chance.
bool plausible(feed::Bytes payload) {
  hkex::PacketHeader header;
  static_cast<void>(hkex::check_packet(payload, header));
  return payload.size() >= wire::packet::kHeaderSize &&
         header.packet_size >= wire::packet::kHeaderSize &&
         header.packet_size <= wire::packet::kSizeMax && header.send_time.ns != 0;
}

}  // namespace

void DatagramDecoder::add(const feed::CapturedPacket& packet) {
  const feed::PacketView& view = packet.view;
  if (!destinations_.holds(view, plausible)) {
    output_.count_skipped("foreign", view.payload.size());
    return;
  }
  decode_hkex_packet(view.payload, {packet.number, 0, packet.capture},
                     {to_string(view.source), to_string(view.destination)}, output_);
}

}  // namespace indexcast::server
