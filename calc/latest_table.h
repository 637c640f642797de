// The newest level of every index, readable from any thread at any time: where a lapped reader or a
// snapshot starts.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "calc/record.h"

namespace indexcast {

// One writer thread (the core's, before it writes the same record to the ring), any readers. A
// reader retries while the writer is inside the row; the writer never waits.
class LatestTable {
 public:
  explicit LatestTable(std::size_t indices) : rows_(indices) {}

  std::size_t size() const { return rows_.size(); }

  void store(const LevelUpdate& update) {
    Row& row = rows_[update.header.id];
    const Record record = Record::of(update);
    const std::uint64_t version = row.version.load(std::memory_order_relaxed);
    row.version.store(version + 1, std::memory_order_release);
    for (std::size_t i = 0; i < kRecordWords; ++i) {
      row.words[i].store(record.words[i], std::memory_order_release);
    }
    row.version.store(version + 2, std::memory_order_release);
  }

  // False while no level of the index has been stored.
  bool load(IndexId index, LevelUpdate& out) const {
    const Row& row = rows_[index];
    Record record;
    for (;;) {
      const std::uint64_t before = row.version.load(std::memory_order_acquire);
      if (before == 0) return false;
      for (std::size_t i = 0; i < kRecordWords; ++i) {
        record.words[i] = row.words[i].load(std::memory_order_acquire);
      }
      if (before % 2 == 0 && row.version.load(std::memory_order_relaxed) == before) break;
    }
    out = record.as<LevelUpdate>();
    return true;
  }

 private:
  struct alignas(64) Row {
    std::atomic<std::uint64_t> version{0};
    std::array<std::atomic<std::uint64_t>, kRecordWords> words{};
  };
  std::vector<Row> rows_;
};

}  // namespace indexcast
