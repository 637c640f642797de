// A count that one thread keeps and any thread reads.
#pragma once

#include <atomic>
#include <cstdint>

namespace indexcast::server {

// Relaxed: a reader sees some recent value, in no order with other counters.
class Counter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace indexcast::server
