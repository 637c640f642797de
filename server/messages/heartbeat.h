// Heartbeats: tables of all indices in pages, and short ones without a table between them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "indexcast/v1/stream.pb.h"
#include "server/view/event_reader.h"
#include "server/view/level_reader.h"
#include "server/view/readiness.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// 500 codes of six letters make a page of about 10 kB.
inline constexpr std::size_t kHeartbeatPage = 500;

// Pages of a table of `indices` indices; at least one, which is then empty.
constexpr std::size_t heartbeat_pages(std::size_t indices) {
  return std::max<std::size_t>(1, (indices + kHeartbeatPage - 1) / kHeartbeatPage);
}

// Decides when a short heartbeat is due. Tables follow the core's timer, so a table shows that the
// core runs. A short heartbeat follows the publisher's clock and is due only if the core's thread
// has turned since the previous one; a core that hangs therefore sends at most one more. A faster
// core timer is no alternative, because its ticks are inputs that the journal stores and a replay
// repeats. One thread.
class ShortHeartbeats {
 public:
  explicit ShortHeartbeats(const ServerView& view)
      : core_turns_(view.core_turns), interval_ns_(view.short_heartbeat_ms * kNsPerMs) {}

  // A table was sent: the next short heartbeat is due one interval later.
  void on_table(TimeNs now) { last_ = now; }
  // When one may be due; kNoDeadline without short heartbeats. A core that did not turn since is
  // asked again a pace later.
  TimeNs due() const {
    return interval_ns_ == 0 || core_turns_ == nullptr ? kNoDeadline : last_ + interval_ns_;
  }
  // True when one must be sent now.
  bool take_due(TimeNs now) {
    if (interval_ns_ == 0 || core_turns_ == nullptr || now - last_ < interval_ns_) return false;
    const std::uint64_t turns = core_turns_->load(std::memory_order_relaxed);
    if (turns == turns_) return false;
    turns_ = turns;
    last_ = now;
    return true;
  }

 private:
  const std::atomic<std::uint64_t>* core_turns_;
  std::int64_t interval_ns_;
  TimeNs last_{};
  std::uint64_t turns_ = 0;
};

// Fills in the fields common to all heartbeats, at the reader's cursor. Does not change `instant`.
inline void fill_service_state(const ServerView& view, const LevelReader& reader, TimeNs now,
                               v1::Heartbeat& out) {
  out.set_epoch(view.epoch);
  out.set_stream_sequence(reader.cursor());
  out.set_publish_time(view.clock.published(now).ns);
  out.set_draining(is_draining(view.service));
  out.set_ready(is_ready(view, reader));
}

// Turns `out` into a short heartbeat.
inline void clear_table(v1::Heartbeat& out) {
  out.set_page(0);
  out.set_pages(0);
  out.clear_indices();
}

// Fills `out`, which is reused, with page `page` of the table at the reader's cursor. An index
// without a level has sequence 0 and is not quotable.
inline void fill_table_page(const Universe& universe, const LevelReader& reader, std::size_t page,
                            v1::Heartbeat& out) {
  const std::size_t first = page * kHeartbeatPage;
  const std::size_t end = std::min(reader.indices(), first + kHeartbeatPage);
  out.set_page(static_cast<std::uint32_t>(page));
  out.set_pages(static_cast<std::uint32_t>(heartbeat_pages(reader.indices())));
  out.clear_indices();
  for (std::size_t i = first; i < end; ++i) {
    v1::IndexSequence& index = *out.add_indices();
    index.set_code(universe.indices()[i].code);
    index.set_index_sequence(reader.index_sequence(static_cast<IndexId>(i)));
    index.set_quotable(reader.level(static_cast<IndexId>(i)).quotable);
  }
}

// Adds the last record sequence of every index, as far as `events` has read, to a filled page.
inline void add_record_sequences(const EventReader& events, v1::Heartbeat& out) {
  auto index = static_cast<IndexId>(out.page() * kHeartbeatPage);
  for (v1::IndexSequence& each : *out.mutable_indices())
    each.set_record_sequence(events.newest(index++));
}

}  // namespace indexcast::server
