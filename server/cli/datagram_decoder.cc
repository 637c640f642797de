#include "server/cli/datagram_decoder.h"

#include <algorithm>
#include <array>
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

// The shortest message of a type (notes 2.0).
struct ShortestMessage {
  std::uint16_t type = 0;
  std::size_t size = 0;
};

constexpr std::array kShortest{
    ShortestMessage{wire::market_definition::kType, wire::market_definition::kSize},
    ShortestMessage{wire::currency_rate::kType, wire::currency_rate::kSize},
    ShortestMessage{wire::trading_session_status::kType, wire::trading_session_status::kSize},
    ShortestMessage{wire::security_status::kType, wire::security_status::kSize},
    ShortestMessage{wire::nominal_price::kType, wire::nominal_price::kSize},
    ShortestMessage{wire::trade::kType, wire::trade::kSize},
    ShortestMessage{wire::trade_ticker::kType, wire::trade_ticker::kSize},
    ShortestMessage{wire::statistics::kType, wire::statistics::kSize},
    ShortestMessage{wire::closing_price::kType, wire::closing_price::kSize},
    ShortestMessage{wire::index_data::kType, wire::index_data::kSize},
    ShortestMessage{wire::sequence_reset::kType, wire::sequence_reset::kSize},
};

bool too_short(const hkex::MessageView& message) {
  if (message.type == wire::security_definition::kType) {
    return hkex::definition_layout(message.bytes) == hkex::DefinitionLayout::too_short;
  }
  const auto shortest = std::find_if(kShortest.begin(), kShortest.end(),
                                     [&](const auto& known) { return known.type == message.type; });
  return shortest != kShortest.end() && message.bytes.size() < shortest->size;
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
  if (too_short(message)) {
    output_.malformed(name_of(feed::DecodeError::truncated), message.bytes.size(), place,
                      direction);
    return;
  }
  const MessageHead head{std::to_string(message.type), hkex::type_name(message.type),
                         message.sequence, true};
  output_.message(head, message.bytes.size(), place, direction,
                  [&](feed::FieldSink& sink) { hkex::describe(message.bytes, sink); });
}

}  // namespace indexcast::server
