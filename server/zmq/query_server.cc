#include "server/zmq/query_server.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <stdexcept>

#include "server/zmq/socket.h"

namespace indexcast::server {
namespace {

// Records taken at once, and requests between two looks at whether the server ends.
constexpr std::size_t kBatch = 4096;
constexpr std::size_t kRequestsPerTurn = 16;
constexpr std::chrono::milliseconds kShortestWait{1};
// The longest pause between two looks at the ring, which holds minutes of records.
constexpr long kPauseMs = 10;
// The second thread of the context's: levels leave by the first.
constexpr std::uint64_t kQueryIoThread = 1 << 1;

}  // namespace

QueryServer::QueryServer(const ZmqSettings& settings, ZmqSocket& socket, const ServerView& view,
                         Clock clock)
    : clock_(clock),
      service_(view, clock, socket.clients(), stats_),
      socket_(socket.context(), zmq::socket_type::router) {
  apply_options(settings, socket_);
  socket_.set(zmq::sockopt::affinity, kQueryIoThread);
  socket_.set(zmq::sockopt::sndhwm, settings.answer_high_water_mark);
  // Requests that wait in ZeroMQ; beyond it the client waits.
  socket_.set(zmq::sockopt::rcvhwm, settings.answer_high_water_mark);
  // Otherwise an answer that cannot leave is dropped without a word, and nobody counts it.
  socket_.set(zmq::sockopt::router_mandatory, true);
  endpoint_ = bind_or_throw(settings.query, socket_);
}

void QueryServer::start(std::int64_t processor) {
  processor_ = processor;
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void QueryServer::stop() {
  running_ = false;
  if (thread_.joinable()) thread_.join();
}

void QueryServer::switch_day(const ServerView& view, Clock clock) {
  stop();
  clock_ = clock;
  service_.switch_day(view, clock);
  start(processor_);
}

void QueryServer::run() {
  begin_thread("query", processor_);
  try {
    while (running_.load(std::memory_order_relaxed)) {
      if (turn() == 0) rest();
    }
  } catch (const std::exception& error) {
    end_process("query", error);
  }
}

std::size_t QueryServer::turn() {
  std::size_t work = read_ring();
  for (std::size_t i = 0; i < kRequestsPerTurn && serve_one(); ++i) ++work;
  return work;
}

void QueryServer::rest() {
  zmq_pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
  zmq_poll(&item, 1, kPauseMs);
}

bool QueryServer::serve_one() {
  // The plain calls: cppzmq's would throw on this thread.
  if (zmq_msg_recv(routing_id_.handle(), socket_.handle(), ZMQ_DONTWAIT) < 0) return false;
  read_rest();
  read_ring();
  const auto request =
      one_frame_ ? std::optional(std::string_view(body_.data<char>(), body_.size())) : std::nullopt;
  send_reply(service_.respond(peer_name(), request, clock_.now()));
  return true;
}

// Whoever asks about a level that it has received finds it in the answer.
std::size_t QueryServer::read_ring() {
  std::size_t count = 0;
  for (std::size_t read = kBatch; read == kBatch; count += read) read = service_.poll(kBatch);
  return count;
}

void QueryServer::read_rest() {
  delimited_ = false;
  one_frame_ = false;
  body_.rebuild();
  bool more = routing_id_.more();
  for (std::size_t frame = 0; more; ++frame) {
    if (zmq_msg_recv(body_.handle(), socket_.handle(), ZMQ_DONTWAIT) < 0) return;
    more = body_.more();
    if (frame == 0 && more && body_.size() == 0) delimited_ = true;
    one_frame_ = !more && frame == (delimited_ ? 1u : 0u);
  }
}

// The client by its key, or where it is: one rate for all of an address.
std::string_view QueryServer::peer_name() {
  for (const char* property : {"User-Id", "Peer-Address"}) {
    const char* value = zmq_msg_gets(body_.handle(), property);
    if (value != nullptr && *value != '\0') return value;
  }
  return "unknown";
}

// ZeroMQ updates the state of a peer only now and then, so it is made to look before an answer is
// dropped.
bool QueryServer::address() {
  void* const socket = socket_.handle();
  const auto send = [&] {
    return zmq_send(socket, routing_id_.data(), routing_id_.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) >=
           0;
  };
  if (send()) return true;
  if (errno != EAGAIN) return false;
  int events = 0;
  std::size_t size = sizeof events;
  zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size);
  return send();
}

void QueryServer::send_reply(std::string_view reply) {
  void* const socket = socket_.handle();
  const bool sent = address() &&
                    (!delimited_ || zmq_send(socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0) &&
                    zmq_send(socket, reply.data(), reply.size(), ZMQ_DONTWAIT) >= 0;
  if (!sent) stats_.unsent.add();
}

}  // namespace indexcast::server
