// The newest level of every index and the newest price of every member, consistent with each other,
// at a reader's position in the core's output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/latest_table.h"
#include "calc/record.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// Reads the broadcast ring record by record and hands what matters to a sink with these members:
//   on_level(const LevelUpdate&, std::uint64_t stream_sequence)
//   on_skipped(IndexId, std::uint64_t from, std::uint64_t to)   before the level that follows
//   on_tick(const TimerTick&, std::uint64_t stream_sequence)
//   on_lapped(std::uint64_t records)
// For every index, what on_level saw and what on_skipped named together are all index sequences,
// each once, in order. stream_sequence counts the core's records from 1; it is 0 for a level that
// came from the latest-value table, where the record's place is not known. One thread.
class LevelReader {
 public:
  // Starts at the first record ever written: a publisher that joins late is lapped and catches up
  // like any other.
  explicit LevelReader(const ServerView& view);

  // Reads at most `limit` records. Returns how many were read; less than `limit` means that the
  // ring has no more.
  template <class Sink>
  std::size_t poll(std::size_t limit, Sink& sink) {
    std::size_t count = 0;
    for (Record record; count < limit; ++count) {
      const auto result = reader_.poll(record);
      if (result == BroadcastRing::ReadResult::empty) break;
      if (result == BroadcastRing::ReadResult::lapped) {
        catch_up(sink);
      } else {
        apply(record, sink);
      }
    }
    return count;
  }

  // False while no level of the index has been read.
  bool has_level(IndexId index) const { return levels_[index].update.index_sequence != 0; }
  const LevelUpdate& level(IndexId index) const { return levels_[index].update; }
  std::uint64_t stream_sequence_of(IndexId index) const { return levels_[index].stream_sequence; }
  std::uint64_t index_sequence(IndexId index) const { return levels_[index].update.index_sequence; }
  std::size_t indices() const { return levels_.size(); }

  // The price of `instrument` that the level with `input_sequence` was made of; the ring may
  // already have shown a newer one whose levels follow. nullptr before the first price.
  const PriceApplied* price_at(InstrumentId instrument, std::uint64_t input_sequence) const;

  // False when this reader was lapped and has not heard of the instrument since: its price may be
  // an older one than the level holds. Prices have no latest-value table to catch up from.
  bool price_certain(InstrumentId instrument) const {
    return prices_[instrument].stream_sequence >= certain_from_;
  }

  // Number of the definition set of the newest level here.
  std::uint32_t definition_set() const { return definition_set_; }

  // Records read or left out so far.
  std::uint64_t cursor() const { return reader_.cursor(); }
  std::uint64_t lag() const { return reader_.lag(); }

 private:
  struct LevelEntry {
    LevelUpdate update;
    std::uint64_t stream_sequence = 0;
  };
  struct PriceEntry {
    PriceApplied newest;
    PriceApplied before;
    std::uint64_t stream_sequence = 0;  // of `newest`; 0 = none yet
  };

  template <class Sink>
  void apply(const Record& record, Sink& sink) {
    const std::uint64_t sequence = reader_.cursor();  // of the record just read, from 1
    switch (record.kind()) {
      case RecordKind::level_update:
        take_level(record.as<LevelUpdate>(), sequence, sink);
        break;
      case RecordKind::price_applied:
        take_price(record.as<PriceApplied>(), sequence);
        break;
      case RecordKind::tick:
        sink.on_tick(record.as<TimerTick>(), sequence);
        break;
      case RecordKind::definition_changed:
        definition_set_ = record.as<DefinitionChanged>().definition_set;
        break;
      case RecordKind::none:
      case RecordKind::market_changed:
      case RecordKind::feed_changed:
      case RecordKind::input_decision:
      case RecordKind::control_done:
      case RecordKind::control_effect:
      case RecordKind::correction:
      case RecordKind::status_changed:
      case RecordKind::pending_price:
        break;
    }
  }

  template <class Sink>
  void take_level(const LevelUpdate& update, std::uint64_t stream_sequence, Sink& sink) {
    LevelEntry& entry = levels_[update.header.id];
    const std::uint64_t last = entry.update.index_sequence;
    if (update.index_sequence <= last) return;  // the table has covered it
    if (update.index_sequence > last + 1) {
      sink.on_skipped(update.header.id, last + 1, update.index_sequence - 1);
    }
    entry = {update, stream_sequence};
    sink.on_level(entry.update, stream_sequence);
  }

  // The cursor moves first and the table is read after: the writer stores the table before the
  // ring, so every level that the cursor has passed is in the table by then.
  template <class Sink>
  void catch_up(Sink& sink) {
    sink.on_lapped(reader_.resume());
    certain_from_ = reader_.cursor() + 1;
    definition_set_ = core_->definition_set();
    LevelUpdate update;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      if (latest_->load(static_cast<IndexId>(i), update)) take_level(update, 0, sink);
    }
  }

  void take_price(const PriceApplied& price, std::uint64_t stream_sequence);

  BroadcastReader reader_;
  const LatestTable* latest_;
  const CoreCounters* core_;
  std::uint32_t definition_set_ = 0;
  std::vector<LevelEntry> levels_;
  std::vector<PriceEntry> prices_;
  std::uint64_t certain_from_ = 0;
};

}  // namespace indexcast::server
