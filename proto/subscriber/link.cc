#include "proto/subscriber/link.h"

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace indexcast::subscriber {
namespace {

// ZeroMQ's own heartbeat, so that a connection that died without a word is made again.
constexpr int kPingMs = 1'000;
constexpr int kPingTimeoutMs = 3'000;
constexpr int kReconnectMs = 100;
constexpr int kReconnectMaxMs = 2'000;
// Nothing of the contract is near this; a peer that sends more is disconnected.
constexpr std::int64_t kMessageBytesMax = 1 << 24;
constexpr int kQuestionsMax = 100;

std::vector<std::string> words(const Settings& settings) {
  std::vector<std::string> out = {"skipped/"};
  if (settings.levels) out.emplace_back("level/");
  if (settings.records)
    out.insert(out.end(), {"status/", "definition/", "correction/", "pending/"});
  if (settings.grid) out.emplace_back("grid/");
  if (settings.inav) out.emplace_back("inav/");
  return out;
}

void prepare(zmq::socket_t& socket, const Server& server, const Settings& settings) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::heartbeat_ivl, kPingMs);
  socket.set(zmq::sockopt::heartbeat_timeout, kPingTimeoutMs);
  socket.set(zmq::sockopt::reconnect_ivl, kReconnectMs);
  socket.set(zmq::sockopt::reconnect_ivl_max, kReconnectMaxMs);
  socket.set(zmq::sockopt::maxmsgsize, kMessageBytesMax);
  if (server.public_key.empty()) return;
  socket.set(zmq::sockopt::curve_serverkey, server.public_key);
  socket.set(zmq::sockopt::curve_publickey, settings.public_key);
  socket.set(zmq::sockopt::curve_secretkey, settings.secret_key);
}

void connect(zmq::socket_t& socket, const std::string& endpoint) {
  try {
    socket.connect(endpoint);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error(endpoint + ": " + error.what());
  }
}

// Sends the events of `socket` to `monitor` from now on, without a message limit, because ZeroMQ's
// own thread would otherwise wait for an application that does not poll.
void observe(zmq::socket_t& socket, zmq::socket_t& monitor) {
  const auto number = reinterpret_cast<std::uintptr_t>(socket.handle());
  const std::string endpoint = "inproc://monitor-" + std::to_string(number);
  constexpr int kEvents = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED;
  if (zmq_socket_monitor(socket.handle(), endpoint.c_str(), kEvents) != 0) throw zmq::error_t();
  monitor.set(zmq::sockopt::linger, 0);
  monitor.set(zmq::sockopt::rcvhwm, 0);
  monitor.connect(endpoint);
}

}  // namespace

Link::Link(zmq::context_t& context, const Server& server, const Settings& settings)
    : monitor_(context, zmq::socket_type::pair),
      published_(context, zmq::socket_type::sub),
      replies_(context, zmq::socket_type::dealer) {
  try {
    prepare(published_, server, settings);
    prepare(replies_, server, settings);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error(std::string("a CURVE key is none: ") + error.what());
  }
  published_.set(zmq::sockopt::rcvhwm, settings.receive_high_water_mark);
  published_.set(zmq::sockopt::subscribe, "heartbeat/");
  replies_.set(zmq::sockopt::immediate, 1);
  replies_.set(zmq::sockopt::sndhwm, kQuestionsMax);
  observe(published_, monitor_);
  connect(published_, server.publish);
  connect(replies_, server.query);
}

// Runs before monitor_ is destroyed, because ZeroMQ's thread would wait for a reader of the event.
Link::~Link() { zmq_socket_monitor(published_.handle(), nullptr, 0); }

bool Link::take_closed() {
  while (receive(monitor_, first_)) {
    std::uint16_t event = 0;  // the first frame: event, 16 bits, and value, 32 bits
    if (first_.size() >= sizeof(event)) std::memcpy(&event, first_.data(), sizeof(event));
    skip_rest(monitor_, first_.more());
    if (event != 0) closed_ = event != ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
  }
  return closed_;
}

void Link::follow(const Settings& settings, bool on) {
  const auto each = [&](const std::string& topic) {
    if (on) {
      published_.set(zmq::sockopt::subscribe, topic);
    } else {
      published_.set(zmq::sockopt::unsubscribe, topic);
    }
  };
  for (const std::string& word : words(settings)) {
    if (settings.codes.empty()) each(word);
    for (const std::string& code : settings.codes) each(word + code + "/");
  }
}

bool Link::ask(std::string_view request) {
  return replies_.send(zmq::buffer(request), zmq::send_flags::dontwait).has_value();
}

}  // namespace indexcast::subscriber
