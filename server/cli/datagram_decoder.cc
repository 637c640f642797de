#include "server/cli/datagram_decoder.h"

#include <algorithm>
#include <string>

#include "feedhandlers/hkex/describe.h"
#include "feedhandlers/hkex/wire.h"

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
  if (!is_ours(packet.view)) {
    foreign_bytes_ += packet.view.payload.size();
    return;
  }
  decode(packet, {to_string(packet.view.source), to_string(packet.view.destination)});
}

void DatagramDecoder::decode(const feed::CapturedPacket& packet, const Direction& direction) {
  const feed::Bytes payload = packet.view.payload;
  hkex::PacketHeader header;
  const feed::DecodeError error = hkex::check_packet(payload, header);
  if (error != feed::DecodeError::none) {
    output_.malformed(name_of(error), payload.size(), {packet.number, 0}, direction);
    return;
  }
  if (header.message_count == 0) {
    output_.message({"0", "Heartbeat", header.sequence, true}, payload.size(), {packet.number, 0},
                    direction, [](feed::FieldSink&) {});
    return;
  }
  output_.add_decoded_bytes(wire::packet::kHeaderSize);
  hkex::for_each_message(payload, header, [&](const hkex::MessageView& message) {
    decode_message(message, payload, packet.number, direction);
  });
}

void DatagramDecoder::decode_message(const hkex::MessageView& message, feed::Bytes packet,
                                     std::uint64_t number, const Direction& direction) {
  const auto offset = static_cast<std::uint64_t>(message.bytes.data() - packet.data());
  const StreamPlace place{number, offset};
  const hkex::MessageFault fault = hkex::check_message(message.bytes);
  if (fault.error != feed::DecodeError::none) {
    output_.malformed(name_of(fault.error), message.bytes.size(), {number, offset + fault.offset},
                      direction);
    return;
  }
  const MessageHead head{std::to_string(message.type), hkex::type_name(message.type),
                         message.sequence, true};
  output_.message(head, message.bytes.size(), place, direction,
                  [&](feed::FieldSink& sink) { hkex::describe(message.bytes, sink); });
}

}  // namespace indexcast::server
