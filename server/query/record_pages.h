// The status, definition and correction records of the day, as answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "indexcast/v1/query.pb.h"
#include "server/pipeline/server_view.h"
#include "server/publish/kept_mirror.h"
#include "server/publish/record_encoder.h"
#include "server/publish/ring_positions.h"

namespace indexcast::server {

// A reader of ServerView::kept. One thread.
class RecordPages {
 public:
  static constexpr std::size_t kPageMax = 500;

  // What `view` points to outlives this.
  explicit RecordPages(const ServerView& view);

  // Reads at most `limit` records; returns how many.
  std::size_t poll(std::size_t limit) { return mirror_.poll(limit, *this); }

  // Record sequence of the newest one read; 0 = none yet.
  std::uint64_t newest(IndexId index) const { return mirror_.newest(index); }

  // The first page of from..to, 0 being the newest.
  void append(IndexId index, std::uint64_t from, std::uint64_t to, TimeNs now,
              v1::RecordsReply& out) const;

 private:
  friend class KeptMirror;
  void on_record(const Record& record);
  void on_records_skipped(IndexId, std::uint64_t, std::uint64_t) {}

  // False when the record has been overwritten.
  bool load(IndexId index, std::uint64_t sequence, TimeNs now, v1::Event& out) const;

  const BroadcastRing* ring_;
  KeptMirror mirror_;
  RingPositions positions_;
  RecordEncoder encoder_;
  // By index and record sequence, as they were read: an edition is forgotten once another is in
  // force. One for each index at the day's start, and one for each request of an operator's.
  std::map<std::pair<IndexId, std::uint64_t>, v1::DefinitionChanged> definitions_;
};

}  // namespace indexcast::server
