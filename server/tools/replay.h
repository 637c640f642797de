// `indexcast replay`: the same pipeline over captures or a journal, as fast as it goes.
#pragma once

#include <string>
#include <vector>

#include "server/app/loaded_day.h"
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

// Returns the process's exit code; prints a closing line to stderr. Throws std::exception when a
// file cannot be used.
int run_replay(const ReplayOptions& options, const LoadedDay& day);

}  // namespace indexcast::server
