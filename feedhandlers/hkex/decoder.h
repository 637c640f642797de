// OMD-C bytes to structs: pure functions, no copy of the payload, every read within a checked
// length. A message longer than its known layout is accepted, because layouts have grown before.
#pragma once

#include <cstdint>

#include "calc/time.h"
#include "feedhandlers/common/bytes.h"
#include "feedhandlers/common/decode_error.h"
#include "feedhandlers/hkex/message.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::hkex {

using feed::Bytes;
using feed::DecodeError;

struct PacketHeader {
  std::uint16_t packet_size = 0;
  std::uint8_t message_count = 0;  // 0 = heartbeat
  std::uint32_t sequence = 0;      // of the first message
  TimeNs send_time{};              // zero when the field holds no plausible instant
};

// One message inside a packet that passed check_packet.
struct MessageView {
  std::uint16_t type = 0;
  std::uint32_t sequence = 0;
  Bytes bytes;  // from MsgSize on
};

// Reads the header and walks the packet once: the datagram is exactly PktSize long and holds
// exactly MsgCount messages. Anything else names its error and leaves the packet unusable; `header`
// is filled as soon as its 16 bytes are there.
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

// The SecurityCode of the messages that begin with one (11, 21, 40, 60, 62); `message` has at least
// 8 bytes.
inline std::uint32_t security_code_of(Bytes message) {
  return wire::nominal_price::SecurityCode.of(message.data());
}

// Where the tail of a Security Definition lies.
enum class DefinitionLayout : std::uint8_t { too_short, bytes_464, bytes_544 };
// By MsgSize and the count of underlyings, since no field names the version.
DefinitionLayout definition_layout(Bytes message);

// Fill `out` from a message of that type, or say truncated / bad_count.
DecodeError decode(Bytes message, MarketDefinition& out);
DecodeError decode(Bytes message, SecurityDefinition& out);
DecodeError decode(Bytes message, CurrencyRate& out);
DecodeError decode(Bytes message, TradingSessionStatus& out);
DecodeError decode(Bytes message, SecurityStatus& out);
DecodeError decode(Bytes message, NominalPrice& out);
DecodeError decode(Bytes message, Statistics& out);
DecodeError decode(Bytes message, ClosingPrice& out);
DecodeError decode(Bytes message, SequenceReset& out);

}  // namespace indexcast::hkex
