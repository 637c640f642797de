// What one HKEX channel says as a whole: the last message about each thing, kept from its real-time
// packets, so that a snapshot is by construction the sum of the stream (notes 1.6). Trades and
// trade tickers are no part of it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "feedhandlers/hkex/decoder.h"

namespace indexcast::sim {

// A security's order book, levels best first, from the updates of message 53 (notes 2.15).
class RefreshBook {
 public:
  // Entry as in the message, 24 bytes.
  void apply(const std::byte* entry);
  bool empty() const { return sides_[0].empty() && sides_[1].empty(); }
  // The whole book as one message 53 of new levels.
  std::vector<std::byte> message(std::uint32_t security) const;

 private:
  using Level = std::vector<std::byte>;  // its last entry

  std::array<std::vector<Level>, 2> sides_;  // bids, offers
};

class RefreshImage {
 public:
  // The next real-time packet, which passed check_packet. A reset changes the numbers and nothing
  // of what is known.
  void apply(feed::Bytes packet, const hkex::PacketHeader& header);

  // The number of the last real-time message in the image; 0 before the first.
  std::uint32_t last_sequence() const { return last_sequence_; }
  // Every message, by type and within it by what it is about.
  std::vector<std::vector<std::byte>> messages() const;

 private:
  void apply_message(const hkex::MessageView& message);
  void apply_book(feed::Bytes message);

  std::uint32_t last_sequence_ = 0;
  std::map<std::pair<std::uint16_t, std::string>, std::vector<std::byte>> latest_;
  std::map<std::uint32_t, RefreshBook> books_;
};

}  // namespace indexcast::sim
