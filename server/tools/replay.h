// `indexcast replay`: the same pipeline over captures or a journal, as fast as it goes.
#pragma once

#include <string>
#include <vector>

#include "calc/universe.h"
#include "server/settings/config.h"
#include "server/tools/level_file.h"

namespace indexcast::server {

struct ReplayOptions {
  Config config;
  std::string from_journal;           // a directory or a file; captures otherwise
  std::vector<std::string> captures;  // merged by time
  std::string journal;                // directory for the inputs of captures; empty: not kept
  std::string output;                 // empty: levels are counted only
  LevelFormat format = LevelFormat::jsonl;
};

// Replays the journal that `options` names. `universe` has the definitions with which the journal's
// day began; the versions that requests put into force are kept beside the journal. Prints a
// closing line to stderr and returns the process's exit code. Throws std::exception when a file
// cannot be used.
int replay_journal(const ReplayOptions& options, const Universe& universe);

}  // namespace indexcast::server
