// Packets that came too early, in the order of their numbers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/sequencing/line_packet.h"

namespace indexcast::feed {

// Keeps copies of packets of at most kPacketBytesMax bytes, sorted by sequence. One thread. All
// memory is reserved at construction and touched when first used. Taking the first and adding at
// the end cost the same however much is held, because a channel that recovers may hold thousands.
class HoldBuffer {
 public:
  static constexpr std::size_t kPacketBytesMax = 1500;

  // `capacity` packets, at least 1.
  explicit HoldBuffer(std::size_t capacity)
      : slots_(capacity),
        order_(capacity),
        free_(capacity),
        storage_(std::make_unique_for_overwrite<std::byte[]>(capacity * kPacketBytesMax)) {
    for (std::size_t i = 0; i < capacity; ++i) free_[i] = static_cast<Index>(capacity - 1 - i);
  }

  std::size_t capacity() const { return slots_.size(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == capacity(); }

  // `i` < size(), in the order of sequence.
  const LinePacket& at(std::size_t i) const { return slots_[slot_at(i)].packet; }
  const LinePacket& front() const { return at(0); }
  const LinePacket& back() const { return at(size_ - 1); }
  // When the packet that waits longest was added; not empty.
  TimeNs oldest_since() const { return slots_[oldest_].since; }

  // Whether a packet that begins at the same number is held and reaches at least as far.
  bool holds(const LinePacket& packet) const {
    for (std::size_t i = position_of(packet.sequence); i < size_; ++i) {
      if (at(i).sequence != packet.sequence) return false;
      if (at(i).end() >= packet.end()) return true;
    }
    return false;
  }

  // Not full.
  void insert(const LinePacket& packet, TimeNs now) {
    const Index slot = free_[capacity() - size_ - 1];
    open_place(position_of(packet.sequence), slot);
    std::byte* bytes = storage_.get() + slot * kPacketBytesMax;
    const std::size_t size = std::min(packet.bytes.size(), kPacketBytesMax);
    if (size > 0) std::memcpy(bytes, packet.bytes.data(), size);
    slots_[slot].packet = packet;
    slots_[slot].packet.bytes = {bytes, size};
    slots_[slot].since = now;
    link(slot);
  }

  // Not empty.
  void pop_front() {
    release(slot_at(0));
    first_ = wrap(first_ + 1);
  }
  void pop_back() { release(slot_at(size_ - 1)); }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = ~Index{0};

  struct Slot {
    LinePacket packet;
    TimeNs since{};
    Index older = kNone;  // neighbours in the order of arrival
    Index newer = kNone;
  };

  std::size_t wrap(std::size_t i) const { return i < capacity() ? i : i - capacity(); }
  Index slot_at(std::size_t i) const { return order_[wrap(first_ + i)]; }

  // Before everything of the same number.
  std::size_t position_of(std::uint32_t sequence) const {
    std::size_t low = 0;
    std::size_t high = size_;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (at(middle).sequence < sequence) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  // Shifts whichever side is shorter.
  void open_place(std::size_t position, Index slot) {
    if (position >= size_ / 2) {
      for (std::size_t i = size_; i > position; --i) order_[wrap(first_ + i)] = slot_at(i - 1);
    } else {
      first_ = first_ == 0 ? capacity() - 1 : first_ - 1;
      for (std::size_t i = 0; i < position; ++i) order_[wrap(first_ + i)] = slot_at(i + 1);
    }
    order_[wrap(first_ + position)] = slot;
    ++size_;
  }

  void release(Index slot) {
    unlink(slot);
    --size_;
    free_[capacity() - size_ - 1] = slot;
  }

  void link(Index slot) {
    slots_[slot].older = newest_;
    slots_[slot].newer = kNone;
    (newest_ == kNone ? oldest_ : slots_[newest_].newer) = slot;
    newest_ = slot;
  }

  void unlink(Index slot) {
    const Slot& gone = slots_[slot];
    (gone.older == kNone ? oldest_ : slots_[gone.older].newer) = gone.newer;
    (gone.newer == kNone ? newest_ : slots_[gone.newer].older) = gone.older;
  }

  std::vector<Slot> slots_;
  std::vector<Index> order_;  // a ring: size_ slots from first_ on, sorted by sequence
  std::vector<Index> free_;   // the first capacity() - size_ are free slots
  std::unique_ptr<std::byte[]> storage_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  Index oldest_ = kNone;
  Index newest_ = kNone;
};

}  // namespace indexcast::feed
