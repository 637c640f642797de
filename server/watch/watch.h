// `indexcast watch`: levels of a running server in the terminal, as its subscriber sees them.
#pragma once

#include <string>
#include <vector>

#include "server/watch/terminal.h"

namespace indexcast::server {

struct WatchOptions {
  std::string endpoint = "tcp://127.0.0.1:5556";  // the server's ZeroMQ PUB
  std::string query = "tcp://127.0.0.1:5557";     // and its ROUTER, asked for members
  std::vector<std::string> codes;                 // empty: every index
  bool jsonl = false;                             // one JSON object per level, all fields
  int count = 0;                                  // end after this many levels; 0 = never
  std::string title;                              // first line; empty: the endpoint
  RiseColour rise = RiseColour::red;
};

// A live table when standard output is a terminal, one line per level otherwise. The server may
// start later, stop and start again. Ends with the key q, SIGINT or SIGTERM, or after `count`
// levels. Returns 0, or 2 for an endpoint that is none.
int run_watch(const WatchOptions& options);

}  // namespace indexcast::server
