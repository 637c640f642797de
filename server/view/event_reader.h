// A reader's position in the event ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "calc/broadcast_ring.h"
#include "calc/record.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// record_sequence of a record that is_event().
std::uint64_t record_sequence_of(const Record& record);

// Reads the event ring and passes its records to a sink with these members:
//   on_record(const Record&)
//   on_records_skipped(IndexId, std::uint64_t from, std::uint64_t to)   before the record that
//   follows
// For every index both together are all record sequences, each once, in order. One thread.
class EventReader {
 public:
  explicit EventReader(const ServerView& view)
      : ring_(view.event_ring),
        reader_(*view.event_ring, 0),
        newest_(view.universe->indices().size()) {}

  // Reads at most `limit` records; returns how many.
  template <class Sink>
  std::size_t poll(std::size_t limit, Sink& sink) {
    std::size_t count = 0;
    for (Record record; count < limit; ++count) {
      const auto result = reader_.poll(record);
      if (result == BroadcastRing::ReadResult::empty) return count;
      if (result == BroadcastRing::ReadResult::lapped) {
        fall_back();
      } else {
        take(record, sink);
      }
    }
    return count;
  }

  // Record sequence of the newest one read; 0 = none yet.
  std::uint64_t newest(IndexId index) const { return newest_[index]; }
  // Place in the ring of the next record to read; inside on_record that of the record plus one.
  std::uint64_t cursor() const { return reader_.cursor(); }
  // Records written and not yet read.
  std::uint64_t lag() const { return reader_.lag(); }

 private:
  // To a place that the writer does not overwrite while we read on from there.
  void fall_back() { reader_ = BroadcastReader(*ring_, ring_->head() - ring_->capacity() / 2); }

  template <class Sink>
  void take(const Record& record, Sink& sink) {
    const IndexId index = record.as<RecordHeader>().id;
    const std::uint64_t sequence = record_sequence_of(record);
    const std::uint64_t expected = newest_[index] + 1;
    if (sequence < expected) return;
    if (sequence > expected) sink.on_records_skipped(index, expected, sequence - 1);
    newest_[index] = sequence;
    sink.on_record(record);
  }

  const BroadcastRing* ring_;
  BroadcastReader reader_;
  std::vector<std::uint64_t> newest_;
};

}  // namespace indexcast::server
