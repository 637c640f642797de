// `indexcast watch`: levels of a running server in the terminal, as its subscriber sees them.
#pragma once

#include <string>
#include <vector>

namespace indexcast::server {

struct WatchOptions {
  std::string endpoint = "tcp://127.0.0.1:5556";  // the server's ZeroMQ PUB
  std::string query = "tcp://127.0.0.1:5557";     // and its ROUTER, asked for members
  std::vector<std::string> codes;                 // empty: every index
  bool jsonl = false;                             // one JSON object per level, all fields
  int count = 0;                                  // end after this many levels; 0 = never
  std::string title;                              // first line; empty: the endpoint
  bool red_up = true;  // a rise is red and a fall green, or the other way round
};

// Shows a live table when standard output is a terminal whose cursor can be placed, and prints one
// line per level otherwise, with the server's state on standard error when it changes. The server
// may start later, stop and start again. Ends with the key q, SIGINT or SIGTERM, or after `count`
// levels. Returns 0, or 2 for a malformed endpoint or a code that the server does not have.
int run_watch(const WatchOptions& options);

}  // namespace indexcast::server
