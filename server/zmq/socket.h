// The bound PUB socket, and the settings that the server's ZeroMQ sockets share.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <string_view>
#include <zmq.hpp>

#include "server/settings/config.h"
#include "server/settings/thread.h"
#include "server/zmq/clients.h"

namespace indexcast::server {

// The key in the first line of `path` that is not empty and no comment: Z85, 40 characters. The
// status says "file:line:key: what".
absl::StatusOr<std::string> load_curve_secret(const std::string& path);

// The public key that belongs to a secret one, both in Z85.
std::string curve_public_of(const std::string& secret_key);

// Before bind. Throws std::runtime_error with the path when the secret key cannot be had.
void apply_options(const ZmqSettings& settings, zmq::socket_t& socket);

// Returns what was bound, with the port that a wildcard became; throws std::runtime_error with the
// endpoint when it cannot be had.
std::string bind_or_throw(const std::string& endpoint, zmq::socket_t& socket);

// With a list of clients the socket is XPUB, and every subscription is held against it. One thread
// at a time; whoever takes it over has seen the other thread's end. clients(), stats() and
// endpoint() are for any.
class ZmqSocket {
 public:
  // Binds; throws std::runtime_error with the endpoint or the path of the key when it cannot be
  // had.
  // `processor` of ZeroMQ's own threads, as of begin_thread().
  explicit ZmqSocket(const ZmqSettings& settings, std::int64_t processor = kAnyProcessor);

  // Sends two frames. False when ZeroMQ refused them. Never waits.
  bool send(std::string_view topic, std::string_view payload);

  // Lets ZeroMQ process what it received, and admits the subscriptions of listed clients, 64 at
  // most. Returns whether more may wait. Costs a system call, so it is not for every message.
  bool process_events();
  // Becomes readable when ZeroMQ has something to process. send() may take that sign without
  // processing everything, so process_events() is called after sends and before a wait.
  int descriptor() { return socket_.get(zmq::sockopt::fd); }

  // What was bound, with the port that a wildcard became.
  const std::string& endpoint() const { return endpoint_; }
  // Z85; empty without encryption.
  const std::string& public_key() const { return public_key_; }
  const ZmqClients& clients() const { return clients_; }
  const ZmqAccessStats& stats() const { return stats_; }
  // For the server's other sockets, which keep to its second thread. Their peers are let in by the
  // same list.
  zmq::context_t& context() { return context_; }

 private:
  void take_subscription(zmq::message_t& message);

  ZmqClients clients_;
  ZmqAccessStats stats_;
  zmq::context_t context_;
  std::unique_ptr<ZapHandler> zap_;  // null without a list
  zmq::socket_t socket_;
  std::string endpoint_;
  std::string public_key_;
};

}  // namespace indexcast::server
