// The exchange's side of a retransmission session at the level of bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/session/stream_handler.h"

namespace indexcast::hkex::test {

using Wire = std::vector<std::byte>;

inline Wire wire_of(const PacketBuilder& packet) {
  return {packet.bytes().begin(), packet.bytes().end()};
}

inline Wire logon_answer(std::uint8_t status) {
  PacketBuilder packet(0, TimeNs{});
  packet.add(LogonResponse{status});
  return wire_of(packet);
}

inline Wire answer(std::uint16_t channel, std::uint8_t status, std::uint32_t begin,
                   std::uint32_t end) {
  PacketBuilder packet(0, TimeNs{});
  packet.add(RetransmissionResponse{channel, status, begin, end});
  return wire_of(packet);
}

// What a client wrote, packet by packet; empties the outbox.
struct ClientPackets {
  explicit ClientPackets(feed::Outbox& out) {
    for (std::size_t at = 0; at < out.size();) {
      const std::size_t size = wire::packet::PktSize.of(out.data() + at);
      packets.emplace_back(out.begin() + static_cast<std::ptrdiff_t>(at),
                           out.begin() + static_cast<std::ptrdiff_t>(at + size));
      at += size;
    }
    out.clear();
  }
  // The requests among them.
  std::vector<RetransmissionRequest> requests() const {
    std::vector<RetransmissionRequest> out;
    for (const Wire& packet : packets) {
      const Bytes message = Bytes(packet).subspan(wire::packet::kHeaderSize);
      RetransmissionRequest request;
      if (message.empty() || wire::message::MsgType.of(message.data()) != 201) continue;
      if (decode(message, request) == DecodeError::none) out.push_back(request);
    }
    return out;
  }
  std::vector<Wire> packets;
};

}  // namespace indexcast::hkex::test
