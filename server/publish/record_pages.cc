#include "server/publish/record_pages.h"

#include <algorithm>

namespace indexcast::server {

RecordPages::RecordPages(const ServerView& view)
    : ring_(view.kept),
      mirror_(view),
      positions_(view.universe->indices().size(), view.kept->capacity()),
      encoder_(view) {}

void RecordPages::keep(const Record& record) {
  const IndexId index = record.as<RecordHeader>().id;
  const std::uint64_t sequence = record_sequence_of(record);
  positions_.add(index, sequence, mirror_.cursor() - 1);
  if (record.kind() != RecordKind::definition_changed) return;
  v1::Event event;
  encoder_.fill(record, TimeNs{}, event);
  definitions_[{index, sequence}] = std::move(*event.mutable_definition());
}

void RecordPages::append(IndexId index, std::uint64_t from, std::uint64_t to, TimeNs now,
                         v1::RecordsReply& out) const {
  const std::uint64_t newest = mirror_.newest(index);
  out.set_complete_to(newest);
  const std::uint64_t last = to == 0 ? newest : std::min(to, newest);
  if (from > last) return;
  const std::uint64_t first = positions_.first(index);
  std::uint64_t at = std::max(from, first);
  if (first > from) out.set_unavailable_before(first);
  if (at > last) return;
  const std::uint64_t page_end = at + std::min<std::uint64_t>(last - at, kPageMax - 1);
  for (; at <= page_end; ++at) {
    if (load(index, at, now, *out.add_records())) continue;
    // Overwritten meanwhile, and everything before it too: the run begins behind it.
    out.clear_records();
    out.set_unavailable_before(at + 1);
  }
  if (page_end < last) out.set_next(page_end + 1);
}

bool RecordPages::load(IndexId index, std::uint64_t sequence, TimeNs now, v1::Event& out) const {
  const auto definition = definitions_.find({index, sequence});
  if (definition != definitions_.end()) {
    *out.mutable_definition() = definition->second;
    out.mutable_definition()->set_publish_time(now.ns);
    return true;
  }
  Record record;
  if (ring_->read(positions_.position(index, sequence), record) !=
      BroadcastRing::ReadResult::record)
    return false;
  encoder_.fill(record, now, out);
  return true;
}

}  // namespace indexcast::server
