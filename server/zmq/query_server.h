// Questions over ZeroMQ ROUTER (proto/README.md, "Questions"), on a thread of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>
#include <zmq.hpp>

#include "server/settings/thread.h"
#include "server/view/clock.h"
#include "server/view/server_view.h"
#include "server/zmq/query_service.h"
#include "server/zmq/socket.h"

namespace indexcast::server {

// The socket outlives days: clients stay connected, and a request that comes while a day begins
// waits. The ring is read every ten milliseconds, and again before each answer.
class QueryServer {
 public:
  // Binds `settings.query` in the context of `socket`, whose list of clients is this one's too;
  // throws std::runtime_error with the endpoint when it cannot be had. `socket` and what `view`
  // points to outlive the server.
  QueryServer(const ZmqSettings& settings, ZmqSocket& socket, const ServerView& view, Clock clock);
  ~QueryServer() { stop(); }
  QueryServer(const QueryServer&) = delete;
  QueryServer& operator=(const QueryServer&) = delete;

  // `processor` as of begin_thread().
  void start(std::int64_t processor = kAnyProcessor);
  // QueryService::switch_day. Between start() and stop().
  void switch_day(const ServerView& view, Clock clock);
  void stop();

  // What was bound, with the port that a wildcard became.
  const std::string& endpoint() const { return endpoint_; }
  const QueryStats& stats() const { return stats_; }

 private:
  void run();
  // Returns how much was done.
  std::size_t turn();
  void rest();
  // Reads to the end of the core's output; returns how many records.
  std::size_t read_ring();
  // Takes one message and answers it; false when there is none.
  bool serve_one();
  // Reads the frames behind the client's routing id; the last stays in body_.
  void read_rest();
  std::string_view peer_name();
  // Sends the first frame of an answer; false when the client is gone or its queue is full.
  bool address();
  void send_reply(std::string_view reply);

  QueryStats stats_;
  Clock clock_;
  QueryService service_;
  zmq::socket_t socket_;
  std::string endpoint_;
  zmq::message_t routing_id_;
  zmq::message_t body_;
  bool delimited_ = false;
  bool one_frame_ = false;
  std::int64_t processor_ = kAnyProcessor;
  std::atomic<bool> running_{false};
  std::thread thread_;
};

}  // namespace indexcast::server
