// `indexcast replay --from-journal`.
#pragma once

#include "calc/universe.h"
#include "server/tools/replay.h"

namespace indexcast::server {

// `universe` as the journal's day began; the versions that requests put into force are kept beside
// it. Returns the process's exit code.
int replay_journal(const ReplayOptions& options, const Universe& universe);

}  // namespace indexcast::server
