// The members of an index as its newest level was made of them, as a message.
#pragma once

#include "indexcast/v1/query.pb.h"
#include "server/view/clock.h"
#include "server/view/level_reader.h"

namespace indexcast::server {

// Fills everything but the level. `definitions` is the definition set of the reader's levels.
void fill_members(const Universe& definitions, const LevelReader& reader, IndexId index,
                  const Clock& clock, v1::MembersReply& out);

}  // namespace indexcast::server
