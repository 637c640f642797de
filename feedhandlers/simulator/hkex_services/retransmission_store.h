// The packets of every HKEX channel that can be asked for again: the last so many messages, as they
// were sent (notes 1.5).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"

namespace indexcast::sim {

class RetransmissionStore {
 public:
  // `capacity`: messages kept for a channel; whole packets leave while that many stay.
  explicit RetransmissionStore(std::uint32_t capacity) : capacity_(capacity) {}

  // A channel exists from the start, also before its first packet.
  void open(std::uint32_t channel) { channels_[channel]; }
  // The next packet of its channel. Where numbers begin again, what was kept is gone.
  void keep(const ExchangeMessage& packet);

  bool knows(std::uint32_t channel) const { return channels_.contains(channel); }
  // Whether all of `begin` to `end` (both included) can be sent.
  bool holds(std::uint32_t channel, std::uint32_t begin, std::uint32_t end) const;
  std::uint64_t messages(std::uint32_t channel) const { return channels_.at(channel).messages; }

  // The packets that carry `begin` to `end`, which the store holds: as they were sent where they
  // lie inside, cut to the range at its ends.
  std::vector<std::vector<std::byte>> packets(std::uint32_t channel, std::uint32_t begin,
                                              std::uint32_t end) const;

 private:
  struct Packet {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    std::vector<std::byte> bytes;
    std::uint32_t next() const { return first + count; }
  };
  struct Channel {
    std::deque<Packet> packets;
    std::uint64_t messages = 0;
    void clear() { *this = {}; }
  };

  std::uint32_t capacity_;
  std::map<std::uint32_t, Channel> channels_;
};

}  // namespace indexcast::sim
