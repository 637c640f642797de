// What a feed counts. One thread writes, any thread reads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace indexcast::feed {

// Every message ends as exactly one of the first five; every sequence number as one of the next
// three.
enum class FeedCounter : std::uint8_t {
  applied,    // became at least one event for the core
  duplicate,  // seen before: the other line, a retransmission
  filtered,   // well formed and of no use to any basket
  rejected,   // well formed, ours, and unusable: no positive price, overflow code, foreign trading
              // mode
  malformed,  // does not decode: length, count, checksum
  sequence_received,
  sequence_recovered,
  sequence_lost,
  packets,  // datagrams, or TCP reads
  bytes,
  heartbeats,  // counted beside the five: session messages are not market data
  session_messages,
  gaps,
  connects,
  disconnects,
  events,  // handed to the core
  ring_full_waits,
  kernel_drops,  // datagrams that the kernel dropped because the socket's buffer was full
};
inline constexpr std::size_t kFeedCounterCount = 18;

inline constexpr std::array<std::string_view, kFeedCounterCount> kFeedCounterNames{
    "applied",
    "duplicate",
    "filtered",
    "rejected",
    "malformed",
    "sequence_received",
    "sequence_recovered",
    "sequence_lost",
    "packets",
    "bytes",
    "heartbeats",
    "session_messages",
    "gaps",
    "connects",
    "disconnects",
    "events",
    "ring_full_waits",
    "kernel_drops"};

class FeedCounters {
 public:
  void add(FeedCounter counter, std::uint64_t n = 1) {
    auto& value = values_[static_cast<std::size_t>(counter)];
    value.store(value.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t get(FeedCounter counter) const {
    return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, kFeedCounterCount> values_{};
};

}  // namespace indexcast::feed
