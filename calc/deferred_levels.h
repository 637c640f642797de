// The levels of a price of many holders that are still to be published: the engine publishes them
// in pieces, and takes what concerns few indices in between (Engine::admit).
#pragma once

#include <cstddef>
#include <cstdint>

#include "calc/event.h"

namespace indexcast {

struct DeferredLevels {
  // Levels published in one piece. A level takes about 0.1 us through table and ring, so that an
  // input waits a few microseconds for a piece; below, a visit to the rings costs more than it
  // saves.
  static constexpr std::size_t kPiece = 32;

  MarketEvent cause;                 // the price
  std::uint64_t input_sequence = 0;  // its number
  bool changed = false;              // it moved the sums
  std::size_t next = 0;  // of the instrument's memberships: all before it have been refreshed
  std::size_t left = 0;  // memberships that have not
};

}  // namespace indexcast
