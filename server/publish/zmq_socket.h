// The bound PUB socket: it outlives the days that are published on it, so that subscribers stay
// connected from one to the next.
#pragma once

#include <string>
#include <string_view>
#include <zmq.hpp>

#include "server/config/config.h"

namespace indexcast::server {

// One thread at a time; whoever takes it over has seen the other thread's end.
class ZmqSocket {
 public:
  // Binds; throws std::runtime_error with the endpoint when it cannot be had.
  explicit ZmqSocket(const ZmqSettings& settings);

  // Sends two frames. False when ZeroMQ refused them. Never waits.
  bool send(std::string_view topic, std::string_view payload);

  // What was bound, with the port that a wildcard became.
  const std::string& endpoint() const { return endpoint_; }

 private:
  zmq::context_t context_{1};
  zmq::socket_t socket_{context_, zmq::socket_type::pub};
  std::string endpoint_;
};

}  // namespace indexcast::server
