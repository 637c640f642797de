// Structs to OMD-C bytes: what the simulator sends and the tests feed back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "calc/time.h"
#include "feedhandlers/hkex/message.h"
#include "feedhandlers/hkex/wire.h"

namespace indexcast::hkex {

// One packet of up to 1472 bytes. Without a message it is a heartbeat.
class PacketBuilder {
 public:
  // `sequence` is that of the first message.
  explicit PacketBuilder(std::uint32_t sequence, TimeNs send_time);

  // Any struct of message.h; a Security Definition in the layout that it names. False when the
  // packet has no room left, or 255 messages; nothing is added then.
  template <class Message>
  bool add(const Message& message);

  std::uint8_t message_count() const { return message_count_; }
  std::uint32_t sequence() const { return sequence_; }
  // The sequence number that follows the last message.
  std::uint32_t next_sequence() const { return sequence_ + message_count_; }
  // The packet so far, valid until the next add or the builder's end.
  feed::Bytes bytes() const { return {buffer_.data(), size_}; }

 private:
  std::byte* append(std::uint16_t type, std::size_t size);

  std::array<std::byte, wire::packet::kSizeSent> buffer_{};
  std::size_t size_ = wire::packet::kHeaderSize;
  std::uint32_t sequence_;
  std::uint8_t message_count_ = 0;
};

}  // namespace indexcast::hkex
