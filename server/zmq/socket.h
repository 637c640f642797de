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

// Returns the secret key in the file at `path`: its first line that is neither empty nor a comment,
// 40 characters in Z85. The status has the form "file:line:key: what".
absl::StatusOr<std::string> load_curve_secret(const std::string& path);

// Returns the public key of a secret key, both in Z85.
std::string curve_public_of(const std::string& secret_key);

// Sets the options that both sockets share. Called before bind. Throws std::runtime_error with the
// path when the secret key cannot be read.
void apply_options(const ZmqSettings& settings, zmq::socket_t& socket);

// Binds `socket` and returns the endpoint with the port number in place of a wildcard. Throws
// std::runtime_error with the endpoint when it cannot be bound.
std::string bind_or_throw(const std::string& endpoint, zmq::socket_t& socket);

// The PUB socket. It outlives days, so subscribers stay connected from one day to the next. With a
// list of clients it is an XPUB socket and checks every subscription against the list. Used by one
// thread at a time; a thread may take over after the previous one ended. Any thread may call
// clients(), stats() and endpoint().
class ZmqSocket {
 public:
  // Binds. Throws std::runtime_error with the endpoint or the path of the key when either cannot be
  // used. `processor` is that of ZeroMQ's own threads, as of begin_thread().
  explicit ZmqSocket(const ZmqSettings& settings, std::int64_t processor = kAnyProcessor);

  // Sends two frames without waiting. Returns false when ZeroMQ refused them.
  bool send(std::string_view topic, std::string_view payload);

  // Lets ZeroMQ process what it received, and admits the subscriptions of listed clients, 64 at
  // most. Returns whether more may wait. Costs a system call, so it is not for every message.
  bool process_events();
  // Becomes readable when ZeroMQ has something to process. send() may take that sign without
  // processing everything, so process_events() is called after sends and before a wait.
  int descriptor() { return socket_.get(zmq::sockopt::fd); }

  // Returns the bound endpoint, with the port number in place of a wildcard.
  const std::string& endpoint() const { return endpoint_; }
  // The public key in Z85; empty without encryption.
  const std::string& public_key() const { return public_key_; }
  const ZmqClients& clients() const { return clients_; }
  const ZmqAccessStats& stats() const { return stats_; }
  // The context for the server's other sockets, which use its second I/O thread. The same list
  // admits their peers.
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
