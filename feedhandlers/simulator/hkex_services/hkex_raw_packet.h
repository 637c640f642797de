// An OMD-C packet of messages that exist as bytes already: what services send again, and what they
// answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/hkex/wire.h"
#include "feedhandlers/transport/bytes.h"

namespace indexcast::sim {

// Whether the packet is of the day on which it is sent, and no test of another one.
inline bool is_of_its_day(feed::Bytes packet, TimeNs sent) {
  const auto stamp = static_cast<std::int64_t>(hkex::wire::packet::SendTime.of(packet.data()));
  return china_date(TimeNs{stamp}) == china_date(sent);
}

class HkexRawPacket {
 public:
  // Both as in the packet's header; `sequence` is that of the first message.
  HkexRawPacket(std::uint32_t sequence, std::uint64_t send_time)
      : bytes_(hkex::wire::packet::kHeaderSize) {
    hkex::wire::packet::SeqNum.put(bytes_.data(), sequence);
    hkex::wire::packet::SendTime.put(bytes_.data(), send_time);
    finish();
  }

  // False when the packet has no room left; nothing is added then.
  bool add(feed::Bytes message) {
    if (bytes_.size() + message.size() > hkex::wire::packet::kSizeSent || count_ == 255) {
      return false;
    }
    bytes_.insert(bytes_.end(), message.begin(), message.end());
    ++count_;
    finish();
    return true;
  }

  // Room for a message of a type and size, zeros but for its header; call on an empty packet.
  std::byte* add_message(std::uint16_t type, std::size_t size) {
    std::vector<std::byte> message(size);
    hkex::wire::message::MsgSize.put(message.data(), static_cast<std::uint16_t>(size));
    hkex::wire::message::MsgType.put(message.data(), type);
    add(message);
    return bytes_.data() + bytes_.size() - size;
  }

  std::uint8_t message_count() const { return count_; }
  const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  void finish() {
    hkex::wire::packet::PktSize.put(bytes_.data(), static_cast<std::uint16_t>(bytes_.size()));
    hkex::wire::packet::MsgCount.put(bytes_.data(), count_);
  }

  std::vector<std::byte> bytes_;
  std::uint8_t count_ = 0;
};

}  // namespace indexcast::sim
