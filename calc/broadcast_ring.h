// The core's output to any number of readers, none of which can hold it up. The writer overwrites
// the oldest record; a reader that fell behind by the capacity is told that it was lapped.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/record.h"

namespace indexcast {

// One writer thread, any number of Reader objects on any threads. Each slot carries a version: odd
// while the words are being written, 2 * (sequence + 1) when record `sequence` is complete. Words
// and version are atomics written with release and read with acquire, so no fence is needed and
// ThreadSanitizer sees the order; on x86 all are plain moves.
class BroadcastRing {
 public:
  // 2^18 records (64 MiB) hold a minute and more of the busiest stream we expect (2,000 levels/s,
  // each after a price).
  static constexpr std::size_t kDefaultCapacity = std::size_t{1} << 18;

  // Rounds the capacity up to a power of two.
  explicit BroadcastRing(std::size_t capacity = kDefaultCapacity)
      : mask_(std::bit_ceil(capacity) - 1), slots_(mask_ + 1) {}

  std::size_t capacity() const { return mask_ + 1; }

  // Writer. Returns the record's sequence, counted from 0.
  std::uint64_t write(const Record& record) {
    const std::uint64_t sequence = head_.load(std::memory_order_relaxed);
    Slot& slot = slots_[sequence & mask_];
    slot.version.store(2 * sequence + 1, std::memory_order_release);
    for (std::size_t i = 0; i < kRecordWords; ++i) {
      slot.words[i].store(record.words[i], std::memory_order_release);
    }
    slot.version.store(2 * sequence + 2, std::memory_order_release);
    head_.store(sequence + 1, std::memory_order_release);
    return sequence;
  }

  // Number of records ever written.
  std::uint64_t head() const { return head_.load(std::memory_order_acquire); }

  enum class ReadResult { record, empty, lapped };

  // Copies record `sequence` to `out`. `lapped`: the writer has overwritten it, or did while we
  // read.
  ReadResult read(std::uint64_t sequence, Record& out) const {
    const Slot& slot = slots_[sequence & mask_];
    const std::uint64_t wanted = 2 * sequence + 2;
    const std::uint64_t before = slot.version.load(std::memory_order_acquire);
    if (before < wanted) return ReadResult::empty;
    if (before > wanted) return ReadResult::lapped;
    for (std::size_t i = 0; i < kRecordWords; ++i) {
      out.words[i] = slot.words[i].load(std::memory_order_acquire);
    }
    return slot.version.load(std::memory_order_relaxed) == wanted ? ReadResult::record
                                                                  : ReadResult::lapped;
  }

 private:
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> version{0};
    std::array<std::atomic<std::uint64_t>, kRecordWords> words{};
  };

  const std::size_t mask_;
  std::vector<Slot> slots_;
  alignas(64) std::atomic<std::uint64_t> head_{0};
};

// A cursor over a ring. After `lapped` the caller takes its catch-up from the latest-value table
// and calls resume().
class BroadcastReader {
 public:
  explicit BroadcastReader(const BroadcastRing& ring) : ring_(&ring), cursor_(ring.head()) {}
  // From a stated record; 0 is the first one ever written.
  BroadcastReader(const BroadcastRing& ring, std::uint64_t cursor)
      : ring_(&ring), cursor_(cursor) {}

  BroadcastRing::ReadResult poll(Record& out) {
    const auto result = ring_->read(cursor_, out);
    if (result == BroadcastRing::ReadResult::record) ++cursor_;
    return result;
  }

  // Sequence of the next record to read.
  std::uint64_t cursor() const { return cursor_; }
  // Records written and not yet read.
  std::uint64_t lag() const { return ring_->head() - cursor_; }
  // Moves to the newest record's end; returns how many records were left out.
  std::uint64_t resume() {
    const std::uint64_t left_out = lag();
    cursor_ += left_out;
    return left_out;
  }

 private:
  const BroadcastRing* ring_;
  std::uint64_t cursor_;
};

}  // namespace indexcast
