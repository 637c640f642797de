#include "server/messages/record_pages.h"

#include <algorithm>

namespace indexcast::server {

RecordPages::RecordPages(const ServerView& view)
    : ring_(view.event_ring),
      reader_(view),
      positions_(view.universe->indices().size(), view.event_ring->capacity()),
      encoder_(view) {}

void RecordPages::add(const Record& record) {
  const IndexId index = record.as<RecordHeader>().id;
  const std::uint64_t sequence = record_sequence_of(record);
  positions_.add(index, sequence, reader_.cursor() - 1);
  if (record.kind() == RecordKind::status_changed) return apply_status(record.as<StatusChanged>());
  const bool is_definition = record.kind() == RecordKind::definition_changed;
  if (!is_definition && record.kind() != RecordKind::pending_price) return;
  v1::Event event;
  encoder_.fill(record, TimeNs{}, event);
  if (!is_definition) return apply_pending(index, std::move(*event.mutable_pending()));
  definitions_[{index, sequence}] = std::move(*event.mutable_definition());
}

// An operator's request ends a guard without a record of its own.
void RecordPages::apply_status(const StatusChanged& status) {
  const auto found = pending_.find(status.header.id);
  if (found == pending_.end() || (status.previous_flags & ~status.flags & kLevelGuard) == 0) return;
  std::erase_if(found->second, [](const v1::PendingPrice& each) {
    return each.subject() == v1::DECISION_SUBJECT_LEVEL_GUARD;
  });
}

void RecordPages::apply_pending(IndexId index, v1::PendingPrice now) {
  std::vector<v1::PendingPrice>& pending = pending_[index];
  std::erase_if(pending, [&](const v1::PendingPrice& each) {
    return each.symbol() == now.symbol() && each.subject() == now.subject();
  });
  if (now.decision() == v1::DECISION_PENDING) pending.push_back(std::move(now));
}

void RecordPages::append_pending(IndexId index, TimeNs now,
                                 google::protobuf::RepeatedPtrField<v1::PendingPrice>& out) const {
  const auto found = pending_.find(index);
  if (found == pending_.end()) return;
  for (const v1::PendingPrice& each : found->second) {
    *out.Add() = each;
    out.rbegin()->set_publish_time(now.ns);
  }
}

void RecordPages::append(IndexId index, std::uint64_t from, std::uint64_t to, TimeNs now,
                         v1::RecordsReply& out) const {
  const std::uint64_t newest = reader_.newest(index);
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
