#include "server/view/ring_positions.h"

#include <algorithm>

namespace indexcast::server {

RingPositions::RingPositions(std::size_t indices, std::size_t ring_capacity)
    : lists_(indices), owners_(ring_capacity, kNobody) {}

void RingPositions::take_slot(std::uint64_t position) {
  IndexId& owner = owners_[position & (owners_.size() - 1)];
  if (owner == kNobody) return;
  List& list = lists_[owner];
  // Nothing where the list began anew since; more than one where a lapped reader jumped.
  while (!list.positions.empty() && list.positions.front() + owners_.size() <= position) {
    list.positions.pop_front();
    ++list.first;
  }
  owner = kNobody;
}

void RingPositions::add(IndexId index, std::uint64_t sequence, std::uint64_t position) {
  // Beyond a whole round every slot is taken once, which the last round does.
  next_ = std::max(next_, position - std::min<std::uint64_t>(position, owners_.size() - 1));
  for (; next_ <= position; ++next_) take_slot(next_);
  List& list = lists_[index];
  if (list.first + list.positions.size() != sequence) {
    list.positions.clear();
    list.first = sequence;
  }
  list.positions.push_back(position);
  owners_[position & (owners_.size() - 1)] = index;
}

void RingPositions::add_unplaced(IndexId index, std::uint64_t sequence) {
  lists_[index].positions.clear();
  lists_[index].first = sequence + 1;
}

}  // namespace indexcast::server
