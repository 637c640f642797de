// What a subscriber can be allowed to receive of an index.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace indexcast::server {

// The topics of an index that can be allowed one by one. "skipped" belongs to all of them, and
// "heartbeat/" to everybody.
enum class TopicKind : std::uint8_t { level, grid, inav, status, definition, correction, pending };

inline constexpr std::array<std::string_view, 7> kTopicKindNames{
    "level", "grid", "inav", "status", "definition", "correction", "pending"};

inline std::vector<TopicKind> all_topic_kinds() {
  return {TopicKind::level,      TopicKind::grid,       TopicKind::inav,   TopicKind::status,
          TopicKind::definition, TopicKind::correction, TopicKind::pending};
}

}  // namespace indexcast::server
