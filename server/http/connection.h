// What the server's thread does to an open connection besides its own reads and writes.
#pragma once

#include <set>

#include "calc/time.h"
#include "server/config/config.h"
#include "server/http/api.h"
#include "server/http/stream_hub.h"
#include "server/metrics/client_stats.h"

namespace indexcast::server {

class Connection {
 public:
  virtual ~Connection() = default;
  // The server stops: say goodbye where the protocol has a word for it, and end.
  virtual void go_away() = 0;
  // Closes a client that takes nothing.
  virtual void check_progress(TimeNs now) = 0;
};

// What all connections share. Only the server's thread touches it.
struct HttpShared {
  HttpSettings settings;
  MetricSources sources;
  ClientStats& stats;
  StreamHub& hub;
  Api& api;
  std::set<Connection*> connections;
};

}  // namespace indexcast::server
