#include "server/tools/decode/hkex_packet.h"

#include <string>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/describe.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::server {
namespace {

void decode_message(const hkex::MessageView& message, StreamPlace place, const Direction& direction,
                    DecodeOutput& output) {
  const feed::DecodeError error = hkex::check_message(message.bytes).error;
  if (error != feed::DecodeError::none) {
    output.malformed(name_of(error), message.bytes.size(), place, direction);
    return;
  }
  const MessageHead head{std::to_string(message.type), hkex::type_name(message.type),
                         hkex::has_table(message.type), message.sequence, true};
  output.message(head, message.bytes.size(), place, direction,
                 [&](feed::FieldSink& sink) { hkex::describe(message.bytes, sink); });
}

}  // namespace

void decode_hkex_packet(feed::Bytes packet, StreamPlace place, const Direction& direction,
                        DecodeOutput& output) {
  hkex::PacketHeader header;
  const feed::DecodeError error = hkex::check_packet(packet, header);
  if (error != feed::DecodeError::none) {
    output.malformed(name_of(error), packet.size(), place, direction);
    return;
  }
  if (header.message_count == 0) {
    output.message({"0", "Heartbeat", true, header.sequence, true}, packet.size(), place, direction,
                   [](feed::FieldSink&) {});
    return;
  }
  output.add_decoded_bytes(hkex::wire::packet::kHeaderSize);
  hkex::for_each_message(packet, header, [&](const hkex::MessageView& message) {
    StreamPlace at = place;
    at.offset += static_cast<std::uint64_t>(message.bytes.data() - packet.data());
    decode_message(message, at, direction, output);
  });
}

bool holds_known_messages(feed::Bytes packet) {
  hkex::PacketHeader header;
  if (hkex::check_packet(packet, header) != feed::DecodeError::none) return false;
  bool known = header.message_count > 0;
  hkex::for_each_message(packet, header, [&](const hkex::MessageView& message) {
    known = known && !hkex::type_name(message.type).empty() &&
            hkex::check_message(message.bytes).error == feed::DecodeError::none;
  });
  return known;
}

}  // namespace indexcast::server
