// Decides whether the server is ready, for /readyz and for `ready` in heartbeats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "server/view/level_reader.h"
#include "server/view/server_view.h"

namespace indexcast::server {

enum class Obstacle : std::uint8_t {
  draining,       // an operator takes the server out of service
  feed_not_live,  // `place` in ServerView::feeds, of a feed that is due (feed_day.h)
  no_level,       // `place` is the IndexId of an index that has no level yet
};

// Calls report(Obstacle, std::size_t place) for each reason why the server is not ready, until one
// call returns false. Without a call the server is ready. No allocation of its own. Called on the
// reader's thread.
template <class Report>
void find_obstacles(const ServerView& view, const LevelReader& reader, Report report) {
  if (is_draining(view.service) && !report(Obstacle::draining, std::size_t{0})) return;
  for (std::size_t i = 0; i < view.feeds.size(); ++i) {
    if (view.feeds[i]->state() == FeedState::live || feed_duty(view, i) != FeedDuty::due) continue;
    if (!report(Obstacle::feed_not_live, i)) return;
  }
  for (std::size_t i = 0; i < reader.indices(); ++i) {
    if (!reader.has_level(static_cast<IndexId>(i)) && !report(Obstacle::no_level, i)) return;
  }
}

inline bool is_ready(const ServerView& view, const LevelReader& reader) {
  bool ready = true;
  find_obstacles(view, reader, [&ready](Obstacle, std::size_t) { return ready = false; });
  return ready;
}

// All obstacles as text; empty when the server is ready.
std::string not_ready(const ServerView& view, const LevelReader& reader);

}  // namespace indexcast::server
