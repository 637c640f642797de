// `indexcast serve`: the server.
#pragma once

#include <string>

#include "server/app/definition_directory.h"
#include "server/app/loaded_day.h"

namespace indexcast::server {

struct ServeOptions {
  Config config;  // as its file has it
  // Where to say, as JSON, what was bound, once everything is:
  // {"pid","epoch","http","admin","zmq","journal"}. Empty: nowhere.
  std::string ready_file;
};

// Runs until SIGINT or SIGTERM; returns the process's exit code. SIGHUP makes it look at its folder
// of definitions and begin the next day that has some. Throws std::exception when an address or a
// file cannot be had.
int run_serve(const ServeOptions& options, DefinitionDirectory directory, LoadedDay first);

// What a configuration asks for that this machine cannot give, one line each; empty when it can.
std::string machine_faults(const Config& config);

}  // namespace indexcast::server
