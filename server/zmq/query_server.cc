#include "server/zmq/query_server.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <stdexcept>

#include "server/zmq/socket.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kBatch = 4096;  // records taken at once
constexpr std::size_t kRequestsPerTurn = 16;
// The ring holds minutes of records, so a busy core wakes this thread rarely.
constexpr std::int64_t kRingPaceNs = 10 * kNsPerMs;
// The second thread of the context. Levels leave by the first.
constexpr std::uint64_t kQueryIoThread = 1 << 1;

}  // namespace

QueryServer::QueryServer(const ZmqSettings& settings, ZmqSocket& socket, const ServerView& view,
                         Clock clock)
    : clock_(clock),
      service_(view, clock, socket.clients(), stats_),
      socket_(socket.context(), zmq::socket_type::router),
      readers_(view.readers) {
  apply_options(settings, socket_);
  socket_.set(zmq::sockopt::affinity, kQueryIoThread);
  socket_.set(zmq::sockopt::sndhwm, settings.answer_high_water_mark);
  // Requests that wait in ZeroMQ. Beyond this number clients wait.
  socket_.set(zmq::sockopt::rcvhwm, settings.answer_high_water_mark);
  // Makes ZeroMQ report an answer that cannot be sent, so that it is counted.
  socket_.set(zmq::sockopt::router_mandatory, true);
  endpoint_ = bind_or_throw(settings.query, socket_);
}

void QueryServer::start(std::int64_t processor) {
  processor_ = processor;
  thread_ = std::make_unique<AgentThread>(
      AgentThread::Options{"query", IdleMode::block, 0, processor, kRingPaceNs}, clock_);
  thread_->add(agent_);
  if (readers_ != nullptr) readers_->add(thread_->waker());
  thread_->start();
}

void QueryServer::stop() {
  if (thread_ != nullptr) thread_->stop();
}

void QueryServer::switch_day(const ServerView& view, Clock clock) {
  stop();
  clock_ = clock;
  readers_ = view.readers;
  service_.switch_day(view, clock);
  start(processor_);
}

// A turn that found work is followed by another, and one without work ended with a receive that
// found nothing. That receive processed all that ZeroMQ had, so its descriptor becomes readable
// with the next request although sends take the sign of earlier ones.
std::size_t QueryServer::serve() {
  socket_ready_ = false;
  std::size_t work = read_ring();
  for (std::size_t i = 0; i < kRequestsPerTurn && serve_one(); ++i) ++work;
  return work;
}

bool QueryServer::serve_one() {
  // Plain calls, because those of cppzmq throw.
  if (zmq_msg_recv(routing_id_.handle(), socket_.handle(), ZMQ_DONTWAIT) < 0) return false;
  read_rest();
  read_ring();
  const auto request =
      one_frame_ ? std::optional(std::string_view(body_.data<char>(), body_.size())) : std::nullopt;
  send_reply(service_.respond(peer_name(), request, clock_.now()));
  return true;
}

// Called before each answer, so that the answer has every level that the client has received.
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

// Returns the client's name by its key, or its address: clients of one address share a rate.
std::string_view QueryServer::peer_name() {
  for (const char* property : {"User-Id", "Peer-Address"}) {
    const char* value = zmq_msg_gets(body_.handle(), property);
    if (value != nullptr && *value != '\0') return value;
  }
  return "unknown";
}

// ZeroMQ updates the state of a peer only now and then, so a query of its events precedes the
// decision that an answer is dropped.
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
