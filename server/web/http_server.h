// The server's HTTP and WebSocket side, with the dashboard: threads of its own, readers of the
// broadcast ring and nothing more.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "server/ops/exposition.h"
#include "server/settings/config.h"
#include "server/settings/thread.h"
#include "server/view/clock.h"
#include "server/view/publisher_stats.h"
#include "server/view/server_view.h"
#include "server/web/client_stats.h"

namespace indexcast::server {

// Bound at construction, serving from start() to stop() or destruction. Each of its threads looks
// at the ring every millisecond while records flow and every ten when none do: that interval is the
// gathering time of a WebSocket level.
class HttpServer {
 public:
  // Throws std::runtime_error with the address when it cannot be bound, and with the faults of the
  // files of tokens, certificate and key. `view`'s objects and `publishers` (shown on the page and
  // in /metrics beside this server's own) and what `services` points to (in /metrics) outlive
  // the server.
  HttpServer(const HttpSettings& settings, const ServerView& view, Clock clock,
             std::vector<const PublisherStats*> publishers, const ServiceStats& services = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // `processor` of the first thread, as of begin_thread(); the others take those after it.
  void start(std::int64_t processor = kAnyProcessor);
  // Goes on with another day: its levels, its feeds, its publishers. Clients stay connected. Once
  // it has returned nothing of the day before is used any more. Between start() and stop().
  void switch_day(const ServerView& view, Clock clock,
                  std::vector<const PublisherStats*> publishers);
  // Sends a close frame to WebSocket clients, waits for them at most half a second, ends the
  // threads. Harmless when repeated or before start().
  void stop();

  std::uint16_t port() const;
  // Of the first thread; each has its own.
  const PublisherStats& stats() const;
  const ClientStats& clients() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What is wrong with the files that `settings` names, one line per fault; empty when nothing is.
std::string http_faults(const HttpSettings& settings);

}  // namespace indexcast::server
