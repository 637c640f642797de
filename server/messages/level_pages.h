// The levels of the day, as far as the broadcast ring still has them, as answers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "indexcast/v1/query.pb.h"
#include "server/messages/level_encoder.h"
#include "server/view/level_reader.h"
#include "server/view/ring_positions.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// An answer of so many levels is about 150 kB of protobuf, 500 kB of JSON.
inline constexpr std::size_t kLevelPageMax = 500;

// A question for levels: the first `limit` of from..to that there are.
struct LevelRange {
  std::uint64_t from = 1;
  std::uint64_t to = 0;  // 0: the newest
  std::size_t limit = kLevelPageMax;
};

// Used together with a LevelReader of the same view, which passes its levels on. One thread.
class LevelPages {
 public:
  // What `view` points to outlives this.
  explicit LevelPages(const ServerView& view)
      : ring_(view.ring), positions_(view.universe->indices().size(), view.ring->capacity()) {}

  // Forwarded from the sink of the LevelReader.
  void on_level(const LevelUpdate& update, std::uint64_t stream_sequence);

  // Fills everything of `out` but the code. `reader` has read exactly the levels that were passed
  // to on_level.
  void fill(IndexId index, const LevelRange& range, const LevelReader& reader,
            LevelEncoder& encoder, TimeNs now, v1::ReplayReply& out) const;

 private:
  // False when the level has been overwritten.
  bool load(IndexId index, std::uint64_t sequence, const LevelReader& reader, LevelEncoder& encoder,
            TimeNs now, v1::Level& out) const;

  const BroadcastRing* ring_;
  RingPositions positions_;
};

}  // namespace indexcast::server
