// The threads that read the core's output, for the core to wake.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <stdexcept>

#include "server/view/waker.h"

namespace indexcast::server {

class ReaderWakers {
 public:
  // Publisher, queries and the threads of the public address (http.threads).
  static constexpr std::size_t kCapacity = 80;

  // From any thread, while the core runs too. `waker` outlives the core's thread. Throws
  // std::length_error beyond kCapacity.
  void add(Waker& waker) {
    const std::lock_guard lock(mutex_);
    const std::size_t count = count_.load(std::memory_order_relaxed);
    if (count == kCapacity) throw std::length_error("too many readers of the core's output");
    wakers_[count] = &waker;
    count_.store(count + 1, std::memory_order_release);
  }

  // Core's thread, at the end of each bounded turn that published.
  void wake() const {
    const std::size_t count = count_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < count; ++i) wakers_[i]->wake();
  }

 private:
  std::mutex mutex_;
  std::array<Waker*, kCapacity> wakers_{};
  std::atomic<std::size_t> count_{0};
};

}  // namespace indexcast::server
