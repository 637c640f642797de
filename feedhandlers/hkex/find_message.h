// One message of a given kind in a packet.
#pragma once

#include <cstdint>
#include <optional>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/message.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::hkex {

// The MsgType of a struct of message.h.
template <class Message>
struct TypeOf;
template <>
struct TypeOf<SequenceReset> {
  static constexpr std::uint16_t value = wire::sequence_reset::kType;
};
template <>
struct TypeOf<LogonResponse> {
  static constexpr std::uint16_t value = wire::logon_response::kType;
};
template <>
struct TypeOf<RetransmissionResponse> {
  static constexpr std::uint16_t value = wire::retransmission_response::kType;
};
template <>
struct TypeOf<DisasterRecoverySignal> {
  static constexpr std::uint16_t value = wire::disaster_recovery_signal::kType;
};

// Whether a packet can hold a message of that kind, as far as its header knows.
template <class Message>
bool may_hold(const PacketHeader&) {
  return true;
}
template <>
inline bool may_hold<SequenceReset>(const PacketHeader& header) {
  return header.has_sequence_reset;
}
template <>
inline bool may_hold<DisasterRecoverySignal>(const PacketHeader& header) {
  return header.has_disaster_signal;
}

// The last whole message of that kind; `packet` has passed check_packet, which filled `header`.
template <class Message>
std::optional<Message> find_message(Bytes packet, const PacketHeader& header) {
  std::optional<Message> found;
  if (!may_hold<Message>(header)) return found;
  for_each_message(packet, header, [&found](const MessageView& message) {
    Message candidate;
    if (message.type != TypeOf<Message>::value) return;
    if (decode(message.bytes, candidate) == DecodeError::none) found = candidate;
  });
  return found;
}

}  // namespace indexcast::hkex
