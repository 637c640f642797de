// The administrative interface on its own address: HTTP, one thread that also runs
// ControlRequests.
#pragma once

#include <cstdint>
#include <memory>

#include "server/access/token_file.h"
#include "server/ops/audit.h"
#include "server/ops/control_requests.h"
#include "server/ops/request_stats.h"
#include "server/ops/service_control.h"
#include "server/settings/config.h"
#include "server/settings/thread.h"
#include "server/view/clock.h"
#include "server/view/control_port.h"
#include "server/view/server_view.h"

namespace indexcast::server {

// The parts that the interface uses. All of them outlive the server.
struct AdminParts {
  const ServerView& view;
  ControlPort& port;
  Clock clock;
  TokenOwners owners;
  Audit& audit;
  RequestStats& stats;
  ServiceControl& service;
  StageDefinition stage = {};  // empty where no folder of definitions is watched
};

// Bound at construction, serving from start() to stop() or destruction.
class AdminServer {
 public:
  // Connections at once: people and a few scripts. More are closed at once.
  static constexpr std::size_t kConnections = 32;

  // Throws std::runtime_error with the address when it cannot be bound.
  AdminServer(const AdminSettings& settings, AdminParts parts);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // `processor` as of begin_thread().
  void start(std::int64_t processor = kAnyProcessor);
  // Takes no more requests, waits at most half a second for the core to answer the last, ends the
  // thread. Harmless when repeated or before start(). The core runs until after.
  void stop();

  std::uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace indexcast::server
