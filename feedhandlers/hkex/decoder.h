// OMD-C bytes to structs: pure functions, no copy of the payload, every read within a checked
// length. A message longer than its known layout is accepted, because layouts have grown before.
#pragma once

#include <cstdint>
#include <optional>

#include "calc/time.h"
#include "feedhandlers/hkex/message.h"
#include "feedhandlers/hkex/wire.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/decode_error.h"

namespace indexcast::hkex {

using feed::Bytes;
using feed::DecodeError;

struct PacketHeader {
  std::uint16_t packet_size = 0;
  std::uint8_t message_count = 0;  // 0 = heartbeat
  std::uint32_t sequence = 0;      // of the first message
  TimeNs send_time{};              // zero when the field holds no plausible instant
  // Whether a message of these types is among the packet's: most packets have none, and need not
  // be searched for one. Set by check_packet alone, when it finds nothing wrong.
  bool has_sequence_reset = false;
  bool has_disaster_signal = false;
};

// One message inside a packet that passed check_packet.
struct MessageView {
  std::uint16_t type = 0;
  std::uint32_t sequence = 0;
  Bytes bytes;  // from MsgSize on
};

// Reads the header and walks the packet once: the datagram is exactly PktSize long and holds
// exactly MsgCount messages. Anything else names its error and leaves the packet unusable; `header`
// is filled as soon as its 16 bytes are there, what it says of the messages once they were walked.
DecodeError check_packet(Bytes datagram, PacketHeader& header);

// Calls visit(MessageView) for every message. `packet` has passed check_packet.
template <class Visit>
void for_each_message(Bytes packet, const PacketHeader& header, Visit&& visit) {
  std::size_t at = wire::packet::kHeaderSize;
  for (std::uint32_t i = 0; i < header.message_count; ++i) {
    const std::byte* begin = packet.data() + at;
    const std::size_t size = wire::message::MsgSize.of(begin);
    visit(MessageView{wire::message::MsgType.of(begin), header.sequence + i,
                      packet.subspan(at, size)});
    at += size;
  }
}

// The SecurityCode of the messages that begin with one; `message` has at least 8 bytes.
inline std::uint32_t security_code_of(Bytes message) {
  return wire::nominal_price::SecurityCode.of(message.data());
}

// The layout of a Security Definition, by MsgSize and its count of underlyings, since no field
// names the version; empty when it is shorter than any.
std::optional<DefinitionLayout> definition_layout(Bytes message);

// What is wrong with a message, and at which of its bytes: its end where bytes are missing, the
// field that counts where a group does not fit.
struct MessageFault {
  DecodeError error = DecodeError::none;
  std::size_t offset = 0;
};
// Whether `message` (from MsgSize on) holds all of its type's fields and groups. Nothing is wrong
// with a type that is not known.
MessageFault check_message(Bytes message);

// Fills `out` from a message of that type (any struct of message.h), or says truncated, bad_count
// (a group that ends outside the message) or oversized (one that no packet could hold) and leaves
// `out` alone.
template <class Message>
DecodeError decode(Bytes message, Message& out);

}  // namespace indexcast::hkex
