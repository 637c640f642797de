// Says to ZeroMQ which CURVE keys may connect (ZAP, RFC 27).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string_view>
#include <thread>
#include <zmq.hpp>

#include "server/view/clock.h"
#include "server/zmq/access_stats.h"
#include "server/zmq/clients.h"

namespace indexcast::server {

// For every CURVE socket of its context that is bound later. Runs on a thread of its own from
// construction to destruction, and says in the log what was refused, once a minute at most.
class ZapHandler {
 public:
  // All three outlive the handler.
  ZapHandler(zmq::context_t& context, const ZmqClients& clients, ZmqAccessStats& stats);
  ~ZapHandler();
  ZapHandler(const ZapHandler&) = delete;
  ZapHandler& operator=(const ZapHandler&) = delete;

 private:
  // Of a request: version, id, domain, address, identity, mechanism, key.
  static constexpr std::size_t kFrames = 7;

  void run();
  void answer();
  std::string_view name_of(const std::array<zmq::message_t, kFrames>& request, std::size_t frames);
  void send(const zmq::message_t& id, std::string_view name);
  void log_refusals();

  const ZmqClients* clients_;
  ZmqAccessStats* stats_;
  Clock clock_;
  zmq::socket_t socket_;
  std::uint64_t refusals_logged_ = 0;
  TimeNs logged_{};
  std::atomic<bool> running_{true};
  std::thread thread_;
};

}  // namespace indexcast::server
