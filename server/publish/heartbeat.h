// Heartbeats of a mirror: the last sequence of every index, in pages.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "calc/universe.h"
#include "indexcast/v1/stream.pb.h"
#include "server/publish/kept_mirror.h"
#include "server/publish/level_mirror.h"

namespace indexcast::server {

// 500 codes of six letters make a page of about 10 kB.
inline constexpr std::size_t kHeartbeatPage = 500;

// Pages that a heartbeat over `indices` indices takes; at least one, which is then empty.
constexpr std::size_t heartbeat_pages(std::size_t indices) {
  return std::max<std::size_t>(1, (indices + kHeartbeatPage - 1) / kHeartbeatPage);
}

// Fills `out`, which is reused, with page `page` of the heartbeat at the mirror's cursor. An index
// without a level has sequence 0.
inline void fill_heartbeat(const Universe& universe, const LevelMirror& mirror, std::size_t page,
                           v1::Heartbeat& out) {
  const std::size_t first = page * kHeartbeatPage;
  const std::size_t end = std::min(mirror.indices(), first + kHeartbeatPage);
  out.set_page(static_cast<std::uint32_t>(page));
  out.set_pages(static_cast<std::uint32_t>(heartbeat_pages(mirror.indices())));
  out.clear_indices();
  for (std::size_t i = first; i < end; ++i) {
    v1::IndexSequence& index = *out.add_indices();
    index.set_code(universe.indices()[i].code);
    index.set_index_sequence(mirror.index_sequence(static_cast<IndexId>(i)));
  }
}

// Adds to a page that is filled what a stream of records has sent: its last record of every index.
inline void add_record_sequences(const KeptMirror& kept, v1::Heartbeat& out) {
  auto index = static_cast<IndexId>(out.page() * kHeartbeatPage);
  for (v1::IndexSequence& each : *out.mutable_indices())
    each.set_record_sequence(kept.newest(index++));
}

}  // namespace indexcast::server
