// The members of an index as JSON, as its newest level was made of them.
#pragma once

#include <cstddef>

#include "server/messages/level_json.h"
#include "server/view/clock.h"
#include "server/view/level_reader.h"

namespace indexcast::server {

// Some of the members, in the order of the definition.
struct MemberRange {
  std::size_t first = 0;
  std::size_t count = SIZE_MAX;
};

// Appends the array of those members that there are. Returns whether the price of every member of
// the index is certain (LevelReader::price_certain), shown or not.
bool append_members(JsonBuffer& out, const Universe& definitions, const LevelReader& reader,
                    IndexId index, const Clock& clock, MemberRange range = {});

}  // namespace indexcast::server
