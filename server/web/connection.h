// What a worker does to an open connection besides its own reads and writes, and what all
// connections of a worker share.
#pragma once

#include <spdlog/spdlog.h>

#include <boost/asio/ssl/context.hpp>
#include <exception>
#include <set>

#include "calc/time.h"
#include "server/access/client_tokens.h"
#include "server/settings/config.h"
#include "server/web/api.h"
#include "server/web/client_stats.h"
#include "server/web/connection_registry.h"
#include "server/web/stream_hub.h"

namespace indexcast::server {

class Connection {
 public:
  virtual ~Connection() = default;
  // The server stops: say goodbye where the protocol has a word for it, and end.
  virtual void go_away() = 0;
  // Closes the socket at once.
  virtual void abandon() = 0;

  // Runs a handler of this connection. An exception in it ends this connection alone; it is logged
  // and counted.
  template <class Call>
  void guard(ClientStats& stats, Call&& call) {
    try {
      call();
    } catch (const std::exception& error) {
      stats.failed.add();
      spdlog::error("a client's connection ends: {}", error.what());
      abandon();
    }
  }

  // Whether frames of the stream wait for the socket.
  virtual bool is_sending() const { return false; }
  // Closes a client that is late with what it owes.
  virtual void check_progress(TimeNs now) = 0;
};

// Used by the worker's thread only, except settings, tokens, registry and the TLS context, which
// all workers share and which are safe from any thread.
struct WorkerShared {
  const HttpSettings& settings;
  const ClientTokens& tokens;
  ConnectionRegistry& registry;
  boost::asio::ssl::context* tls;  // nullptr: plain
  MetricSources sources;
  ClientStats& stats;
  StreamHub& hub;
  Api& api;
  std::set<Connection*> connections = {};
};

}  // namespace indexcast::server
