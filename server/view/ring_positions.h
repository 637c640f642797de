// Where in a ring the numbered records of each index stand, so that a replay goes straight to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "calc/event.h"

namespace indexcast::server {

// A list of positions for each index rather than a chain from one record to the one before it: a
// page of a replay then costs what it holds, however far back it lies. All lists together have at
// most as many entries as the ring has slots, since the one who takes a slot drops what stood
// there. One thread.
class RingPositions {
 public:
  // `ring_capacity`: BroadcastRing::capacity, a power of two.
  RingPositions(std::size_t indices, std::size_t ring_capacity);

  // The record `sequence` of `index` stands in slot `position` of the ring, counted from 0;
  // positions rise from call to call.
  void add(IndexId index, std::uint64_t sequence, std::uint64_t position);
  // The record exists and its place is not known: those before it are not found any more either.
  void add_unplaced(IndexId index, std::uint64_t sequence);

  // The oldest record of `index` whose place is known; one after the newest when there is none.
  std::uint64_t first(IndexId index) const { return lists_[index].first; }
  // Of a sequence from first() to the newest one that was added.
  std::uint64_t position(IndexId index, std::uint64_t sequence) const {
    const List& list = lists_[index];
    return list.positions[sequence - list.first];
  }

 private:
  struct List {
    std::uint64_t first = 1;  // sequence of the first position
    std::deque<std::uint64_t> positions;
  };
  static constexpr IndexId kNobody = std::numeric_limits<IndexId>::max();

  // What stood in the slot of `position` one round of the ring before is gone.
  void take_slot(std::uint64_t position);

  std::vector<List> lists_;
  std::vector<IndexId> owners_;  // of each slot: the index whose record was last read from it
  std::uint64_t next_ = 0;       // the first position whose slot has not been taken
};

}  // namespace indexcast::server
