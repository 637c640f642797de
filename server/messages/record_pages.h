// The status, definition, correction and pending records of the day, as answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "indexcast/v1/query.pb.h"
#include "server/messages/record_encoder.h"
#include "server/view/event_reader.h"
#include "server/view/ring_positions.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// A reader of ServerView::event_ring. One thread.
class RecordPages {
 public:
  static constexpr std::size_t kPageMax = 500;

  // What `view` points to outlives this.
  explicit RecordPages(const ServerView& view);

  // Reads at most `limit` records and calls `heard` with the index of each; returns how many.
  template <class Heard>
  std::size_t poll(std::size_t limit, const Heard& heard) {
    Listener<Heard> listener{*this, heard};
    return reader_.poll(limit, listener);
  }

  const EventReader& reader() const { return reader_; }

  // Record sequence of the newest one read; 0 = none yet.
  std::uint64_t newest(IndexId index) const { return reader_.newest(index); }

  // The oldest one that is still known; one after the newest when there is none.
  std::uint64_t first(IndexId index) const { return positions_.first(index); }
  // A record from first() to newest(); false when it has been overwritten.
  bool load(IndexId index, std::uint64_t sequence, TimeNs now, v1::Event& out) const;

  // Appends the last PendingPrice of each member and subject of the index, if its decision is
  // pending, in the order of their record sequences.
  void append_pending(IndexId index, TimeNs now,
                      google::protobuf::RepeatedPtrField<v1::PendingPrice>& out) const;

  // The first page of from..to, 0 being the newest.
  void append(IndexId index, std::uint64_t from, std::uint64_t to, TimeNs now,
              v1::RecordsReply& out) const;

 private:
  template <class Heard>
  struct Listener {
    void on_record(const Record& record) {
      pages.add(record);
      heard(record.as<RecordHeader>().id);
    }
    // An end may be among them: what is pending is not known any more.
    void on_records_skipped(IndexId index, std::uint64_t, std::uint64_t) {
      pages.pending_.erase(index);
    }
    RecordPages& pages;
    const Heard& heard;
  };

  void add(const Record& record);
  void apply_status(const StatusChanged& status);
  void apply_pending(IndexId index, v1::PendingPrice now);

  const BroadcastRing* ring_;
  EventReader reader_;
  RingPositions positions_;
  RecordEncoder encoder_;
  // By index and record sequence, as they were read, because DefinitionSets drops a set once a
  // later one is in force. One for each index at the day's start, and one for each request.
  std::map<std::pair<IndexId, std::uint64_t>, v1::DefinitionChanged> definitions_;
  std::map<IndexId, std::vector<v1::PendingPrice>> pending_;
};

}  // namespace indexcast::server
