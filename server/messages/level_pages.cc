#include "server/messages/level_pages.h"

#include <algorithm>

namespace indexcast::server {

void LevelPages::on_level(const LevelUpdate& update, std::uint64_t stream_sequence) {
  const IndexId index = update.header.id;
  if (stream_sequence == 0) return positions_.add_unplaced(index, update.index_sequence);
  positions_.add(index, update.index_sequence, stream_sequence - 1);
}

void LevelPages::fill(IndexId index, const LevelRange& range, const LevelReader& reader,
                      LevelEncoder& encoder, TimeNs now, v1::ReplayReply& out) const {
  const std::uint64_t newest = reader.index_sequence(index);
  out.set_complete_to(newest);
  const std::uint64_t last = range.to == 0 ? newest : std::min(range.to, newest);
  if (range.from > last) return;
  // `reader` has the newest level even if the ring has overwritten it.
  const std::uint64_t first = std::min(positions_.first(index), newest);
  std::uint64_t at = std::max(range.from, first);
  if (first > range.from) out.set_unavailable_before(first);
  const std::uint64_t page_end =
      at > last ? last : at + std::min<std::uint64_t>(last - at, range.limit - 1);
  for (; at <= page_end; ++at) {
    if (load(index, at, reader, encoder, now, *out.add_levels())) continue;
    // Overwritten meanwhile, and everything before it too: the run begins behind it.
    out.clear_levels();
    out.set_unavailable_before(at + 1);
  }
  if (page_end < last) out.set_next(page_end + 1);
}

bool LevelPages::load(IndexId index, std::uint64_t sequence, const LevelReader& reader,
                      LevelEncoder& encoder, TimeNs now, v1::Level& out) const {
  if (sequence == reader.index_sequence(index)) {
    out.CopyFrom(encoder.message(reader.level(index), reader.stream_sequence_of(index), now));
    return true;
  }
  const std::uint64_t position = positions_.position(index, sequence);
  Record record;
  if (ring_->read(position, record) != BroadcastRing::ReadResult::record) return false;
  out.CopyFrom(encoder.message(record.as<LevelUpdate>(), position + 1, now));
  return true;
}

}  // namespace indexcast::server
