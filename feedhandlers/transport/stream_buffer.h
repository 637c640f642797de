// The beginning of a frame whose rest has not arrived: bounded, allocated once.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::feed {

// One thread.
class StreamBuffer {
 public:
  explicit StreamBuffer(std::size_t capacity)
      : capacity_(capacity), bytes_(std::make_unique_for_overwrite<std::byte[]>(capacity)) {}

  std::size_t capacity() const { return capacity_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Bytes view() const { return {bytes_.get(), size_}; }
  void clear() { size_ = 0; }

  // Takes as many of `bytes` as fit; returns how many.
  std::size_t append(Bytes bytes) {
    const std::size_t taken = std::min(bytes.size(), capacity_ - size_);
    if (taken != 0) std::memcpy(bytes_.get() + size_, bytes.data(), taken);
    size_ += taken;
    return taken;
  }

  // Drops the first `count` bytes, at most size().
  void consume(std::size_t count) {
    size_ -= count;
    if (size_ != 0) std::memmove(bytes_.get(), bytes_.get() + count, size_);
  }

 private:
  const std::size_t capacity_;
  const std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace indexcast::feed
