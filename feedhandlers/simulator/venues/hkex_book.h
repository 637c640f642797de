// The best levels of one security's book as message 53 carries them: only what changed
// (notes 2.15).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "feedhandlers/hkex/message.h"
#include "feedhandlers/simulator/day/simulated_security.h"

namespace indexcast::sim {

class HkexBook {
 public:
  // Levels a side that are sent; an exchange may send ten.
  static constexpr std::size_t kLevels = 5;

  // The message that turns the book as it was last sent into `book`; without entries when they are
  // the same.
  hkex::AggregateOrderBookUpdate update(std::uint32_t security, const Book& book);
  // The message that clears it; without entries when it is clear.
  hkex::AggregateOrderBookUpdate clear(std::uint32_t security);
  // Clients may hold anything: the next update begins with a clear.
  void forget() { unknown_ = true; }

 private:
  using Side = std::vector<BookLevel>;

  std::array<Side, 2> sent_;  // bids, offers
  bool unknown_ = false;
};

}  // namespace indexcast::sim
