// The entries of a repeating group.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <type_traits>

#include "feedhandlers/hkex/wire/packet.h"

namespace indexcast::hkex {

// At most N entries, inside the message's struct. What lies beyond size() holds nothing, so that a
// short list costs no more than its entries.
template <class T, std::size_t N>
class BoundedList {
 public:
  static_assert(std::is_trivially_copyable_v<T>);
  using Entry = T;
  static constexpr std::size_t kCapacity = N;

  BoundedList() {}  // NOLINT: a defaulted one would clear the entries
  BoundedList(std::initializer_list<T> entries) {
    for (const T& entry : entries) push_back(entry);
  }
  BoundedList(const BoundedList& other) { *this = other; }
  BoundedList& operator=(const BoundedList& other) {
    size_ = other.size_;
    std::copy_n(other.entries_.begin(), size_, entries_.begin());
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // False when it is full; nothing is added then.
  bool push_back(const T& entry) {
    if (size_ == N) return false;
    entries_[size_++] = entry;
    return true;
  }
  void clear() { size_ = 0; }
  const T& operator[](std::size_t i) const { return entries_[i]; }
  const T* begin() const { return entries_.data(); }
  const T* end() const { return entries_.data() + size_; }
  friend bool operator==(const BoundedList& a, const BoundedList& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::size_t size_ = 0;
  std::array<T, N> entries_;
};

// Entries of `entry_size` bytes that fit into one packet behind `fixed_size` bytes of their
// message.
constexpr std::size_t entries_max(std::size_t fixed_size, std::size_t entry_size) {
  return (wire::packet::kSizeMax - wire::packet::kHeaderSize - fixed_size) / entry_size;
}

}  // namespace indexcast::hkex
