// `indexcast replay --from-journal`.
#pragma once

#include "calc/universe.h"
#include "server/cli/replay.h"
#include "server/days/definition_directory.h"

namespace indexcast::server {

// `universe` as the journal's day began; `directory`, which has been looked at, holds the versions
// that requests in the journal put into force. Returns the process's exit code.
int replay_journal(const ReplayOptions& options, const Universe& universe,
                   const DefinitionDirectory& directory);

}  // namespace indexcast::server
