#include "server/publish/zmq_socket.h"

#include <stdexcept>

namespace indexcast::server {
namespace {

// How long a stopping server lets ZeroMQ deliver what is queued.
constexpr int kLingerMs = 500;

}  // namespace

ZmqSocket::ZmqSocket(const ZmqSettings& settings) {
  socket_.set(zmq::sockopt::sndhwm, settings.send_high_water_mark);
  socket_.set(zmq::sockopt::linger, kLingerMs);
  try {
    socket_.bind(settings.publish);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error("zmq " + settings.publish + ": " + error.what());
  }
  endpoint_ = socket_.get(zmq::sockopt::last_endpoint);
}

bool ZmqSocket::send(std::string_view topic, std::string_view payload) {
  // The plain call: cppzmq's would throw on this thread.
  void* const socket = socket_.handle();
  return zmq_send(socket, topic.data(), topic.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
         zmq_send(socket, payload.data(), payload.size(), ZMQ_DONTWAIT) >= 0;
}

}  // namespace indexcast::server
