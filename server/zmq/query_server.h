// Answers requests over ZeroMQ ROUTER (proto/README.md, "Questions") on a thread of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "server/settings/thread.h"
#include "server/view/agent_thread.h"
#include "server/view/clock.h"
#include "server/view/reader_wakers.h"
#include "server/view/server_view.h"
#include "server/zmq/query_service.h"
#include "server/zmq/socket.h"

namespace indexcast::server {

// The socket outlives days: clients stay connected, and a request that arrives while a day begins
// waits. The core wakes the thread to read its output, every ten milliseconds at most; the output
// is also read before each answer.
class QueryServer {
 public:
  // Binds `settings.query` in the context of `socket` and uses its list of clients. Throws
  // std::runtime_error with the endpoint when the address cannot be bound. `socket` and what `view`
  // points to outlive the server.
  QueryServer(const ZmqSettings& settings, ZmqSocket& socket, const ServerView& view, Clock clock);
  ~QueryServer() { stop(); }
  QueryServer(const QueryServer&) = delete;
  QueryServer& operator=(const QueryServer&) = delete;

  // `processor` as of begin_thread(). The core of the view is woken for this thread until it ends,
  // so it ends before stop().
  void start(std::int64_t processor = kAnyProcessor);
  // Answers the requests that were received, at most until `deadline_ns` from now, and ends the
  // thread. Returns false when requests were left.
  bool drain(std::int64_t deadline_ns) { return thread_ == nullptr || thread_->drain(deadline_ns); }
  // Ends the thread after the request at hand.
  void stop();
  // Answers about another day from now on (QueryService::switch_day). Between start() and stop().
  void switch_day(const ServerView& view, Clock clock);

  // Returns the bound endpoint, with the port number in place of a wildcard.
  const std::string& endpoint() const { return endpoint_; }
  const QueryStats& stats() const { return stats_; }

 private:
  class RequestAgent final : public Agent {
   public:
    explicit RequestAgent(QueryServer& server) : server_(&server) {}
    std::size_t do_work(TimeNs) override { return server_->serve(); }
    void watch(feed::ReadySet& ready) override {
      ready.add(server_->socket_.get(zmq::sockopt::fd), feed::ReadySet::Wanted::read,
                server_->socket_ready_);
    }

   private:
    QueryServer* server_;
  };

  // Reads the core's output and answers at most kRequestsPerTurn requests. Returns their number.
  std::size_t serve();
  // Reads to the end of the core's output. Returns the number of records.
  std::size_t read_ring();
  // Takes one message and answers it. Returns false when there is none.
  bool serve_one();
  // Reads the frames after the client's routing id. The last one stays in body_.
  void read_rest();
  std::string_view peer_name();
  // Sends the first frame of an answer. Returns false when the client is gone or its queue is full.
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
  ReaderWakers* readers_;
  RequestAgent agent_{*this};
  bool socket_ready_ = false;            // every turn looks
  std::unique_ptr<AgentThread> thread_;  // null before start()
};

static_assert(ServiceThread<QueryServer>);

}  // namespace indexcast::server
