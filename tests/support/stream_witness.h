// Holds what a subscriber tells its application against the promise: for each index and epoch a
// snapshot, then every sequence once, in order, as a level or within a loss.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "indexcast/subscriber/callbacks.h"

namespace indexcast::test {

class StreamWitness {
 public:
  subscriber::Callbacks callbacks() {
    subscriber::Callbacks out;
    out.on_snapshot = [this](const subscriber::SnapshotEvent& event) { on_snapshot(event); };
    out.on_level = [this](const v1::Level& level, const subscriber::Quality& quality) {
      on_level(level, quality);
    };
    out.on_status = [this](const v1::StatusChanged& status) {
      Index& index = indices[status.code()];
      ++index.statuses;
      if (index.record_epoch == status.epoch()) {
        EXPECT_EQ(status.record_sequence(), index.record + 1);
      }
      index.record_epoch = status.epoch();
      index.record = status.record_sequence();
    };
    out.on_lost = [this](const subscriber::Loss& loss) { on_lost(loss); };
    out.on_switch = [this](const subscriber::Switch& change) {
      switches.push_back(change);
      for (auto& [code, index] : indices) {
        index.begun = false;
        index.record_epoch = 0;
      }
    };
    return out;
  }

  struct Index {
    bool begun = false;
    std::uint64_t epoch = 0;
    std::uint64_t next = 0;
    bool ends_lost = false;    // the newest sequence is one of a loss
    std::uint64_t record = 0;  // of the epoch that follows
    std::uint64_t record_epoch = 0;
    std::uint64_t statuses = 0;
    std::int64_t stamp = 0;  // the highest that was told
    std::int64_t level = 0;
    std::uint64_t levels = 0;
    std::uint64_t begins = 0;
  };
  std::map<std::string, Index> indices;
  std::vector<subscriber::Switch> switches;
  std::map<subscriber::LossReason, std::uint64_t> lost;
  std::uint64_t records_lost = 0;
  std::uint64_t behind = 0;
  // Each level has a later stamp than the one before it, on every server.
  bool stamps_rise = true;

 private:
  void on_snapshot(const subscriber::SnapshotEvent& event) {
    Index& index = indices[event.code];
    EXPECT_TRUE(!index.begun || event.epoch != index.epoch) << "a second beginning of one epoch";
    index.begun = true;
    index.epoch = event.epoch;
    index.next = event.complete_to + 1;
    ++index.begins;
    if (event.level == nullptr) return;
    EXPECT_EQ(event.level->code(), event.code);
    if (event.quality.behind) {
      ++behind;
    } else if (stamps_rise) {
      EXPECT_GE(event.level->exchange_time(), index.stamp) << "a snapshot went backwards";
    }
    see(index, *event.level);
  }
  void on_level(const v1::Level& level, const subscriber::Quality& quality) {
    Index& index = indices[level.code()];
    EXPECT_TRUE(index.begun) << level.code() << ": a level before the snapshot";
    EXPECT_EQ(level.epoch(), index.epoch);
    EXPECT_EQ(level.index_sequence(), index.next) << level.code();
    if (stamps_rise && behind == 0) {
      EXPECT_GT(level.exchange_time(), index.stamp) << "twice, or backwards";
    }
    EXPECT_TRUE(!quality.quotable || quality.newest);
    index.next = level.index_sequence() + 1;
    ++index.levels;
    see(index, level);
  }
  void see(Index& index, const v1::Level& level) {
    index.stamp = std::max(index.stamp, level.exchange_time());
    index.level = level.level();
    index.ends_lost = false;
  }
  void on_lost(const subscriber::Loss& loss) {
    Index& index = indices[loss.code];
    EXPECT_LE(loss.from, loss.to);
    if (loss.stream == subscriber::Stream::records) {
      records_lost += loss.to - loss.from + 1;
      if (index.record_epoch == loss.epoch) {
        EXPECT_EQ(loss.from, index.record + 1);
      }
      index.record_epoch = loss.epoch;
      index.record = loss.to;
      return;
    }
    EXPECT_TRUE(index.begun);
    EXPECT_EQ(loss.epoch, index.epoch);
    EXPECT_EQ(loss.from, index.next) << loss.code;
    index.next = loss.to + 1;
    index.ends_lost = true;
    lost[loss.reason] += loss.to - loss.from + 1;
  }
};

}  // namespace indexcast::test
