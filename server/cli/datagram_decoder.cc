#include "server/cli/datagram_decoder.h"

#include <algorithm>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/wire.h"
#include "server/cli/hkex_packet.h"

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

bool DatagramDecoder::is_ours(const feed::PacketView& view) {
  if (!ports_.empty()) {
    return std::find(ports_.begin(), ports_.end(), view.destination.port) != ports_.end();
  }
  const std::uint64_t destination =
      static_cast<std::uint64_t>(view.destination.host) << 16 | view.destination.port;
  if (known_destinations_.contains(destination)) return true;
  if (!plausible(view.payload)) return false;
  known_destinations_.insert(destination);
  return true;
}

void DatagramDecoder::add(const feed::CapturedPacket& packet) {
  const feed::PacketView& view = packet.view;
  if (!is_ours(view)) {
    output_.count_skipped("foreign", view.payload.size());
    return;
  }
  decode_hkex_packet(view.payload, {packet.number, 0, packet.capture},
                     {to_string(view.source), to_string(view.destination)}, output_);
}

}  // namespace indexcast::server
