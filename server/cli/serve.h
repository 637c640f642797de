// `indexcast serve`: the server.
#pragma once

#include <string>

#include "calc/universe.h"
#include "server/config/config.h"

namespace indexcast::server {

struct ServeOptions {
  Config config;
  // Where to say, as JSON, what was bound, once everything is:
  // {"pid","epoch","http","admin","zmq","journal"}. Empty: nowhere.
  std::string ready_file;
};

// Runs until SIGINT or SIGTERM; returns the process's exit code. Throws std::exception when an
// address or a file cannot be had.
int run_serve(const ServeOptions& options, const Universe& universe, Date trade_date);

// What a configuration asks for that this machine cannot give, one line each; empty when it can.
std::string machine_faults(const Config& config);

}  // namespace indexcast::server
