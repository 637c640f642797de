#include "server/zmq/socket.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <stdexcept>

#include "server/settings/fault_list.h"

namespace indexcast::server {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kKeyText = 41;  // with its end

bool is_key(const std::string& text) {
  std::array<std::uint8_t, kKeyBytes> bytes{};
  return text.size() == kKeyText - 1 && zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

// Levels leave by the first thread of the context.
constexpr std::uint64_t kPublishIoThread = 1 << 0;
// Between two messages: what comes beyond waits for the next turn.
constexpr int kSubscriptionsPerTurn = 64;

std::string public_key_of(const ZmqSettings& settings) {
  if (settings.curve.secret_key.empty()) return {};
  const absl::StatusOr<std::string> secret = load_curve_secret(settings.curve.secret_key);
  return secret.ok() ? curve_public_of(*secret) : std::string();
}

// Two threads of ZeroMQ's own: levels leave by the first, answers by the second.
zmq::context_t context_on(std::int64_t processor) {
  zmq::context_t context(2);
  if (processor != kAnyProcessor)
    zmq_ctx_set(context.handle(), ZMQ_THREAD_AFFINITY_CPU_ADD, static_cast<int>(processor));
  return context;
}

}  // namespace

absl::StatusOr<std::string> load_curve_secret(const std::string& path) {
  FaultList faults;
  std::ifstream file(path);
  if (!file) faults.add(path, 0, "file", "cannot be read");
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.empty() || text[0] == '#') continue;
    if (is_key(text)) return text;
    faults.add(path, line, "secret_key", "must be a key of 40 characters in Z85");
  }
  if (faults.empty()) faults.add(path, 0, "secret_key", "the file holds none");
  return faults.status();
}

std::string curve_public_of(const std::string& secret_key) {
  std::array<char, kKeyText> key{};
  if (zmq_curve_public(key.data(), secret_key.c_str()) != 0)
    throw std::runtime_error("zmq.curve.secret_key: this libzmq has no CURVE");
  return key.data();
}

void apply_options(const ZmqSettings& settings, zmq::socket_t& socket) {
  socket.set(zmq::sockopt::linger, settings.linger_ms);
  socket.set(zmq::sockopt::maxmsgsize, settings.max_message_bytes);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, settings.keepalive_idle_s);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, settings.keepalive_interval_s);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, settings.keepalive_count);
  socket.set(zmq::sockopt::heartbeat_ivl, settings.heartbeat_ms);
  if (settings.curve.secret_key.empty()) return;
  const absl::StatusOr<std::string> secret = load_curve_secret(settings.curve.secret_key);
  if (!secret.ok()) throw std::runtime_error(std::string(secret.status().message()));
  socket.set(zmq::sockopt::curve_server, true);
  socket.set(zmq::sockopt::curve_secretkey, *secret);
}

std::string bind_or_throw(const std::string& endpoint, zmq::socket_t& socket) {
  try {
    socket.bind(endpoint);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error("zmq " + endpoint + ": " + error.what());
  }
  return socket.get(zmq::sockopt::last_endpoint);
}

ZmqSocket::ZmqSocket(const ZmqSettings& settings, std::int64_t processor)
    : clients_(settings),
      stats_(settings),
      context_(context_on(processor)),
      zap_(clients_.listed() ? std::make_unique<ZapHandler>(context_, clients_, stats_) : nullptr),
      socket_(context_, clients_.listed() ? zmq::socket_type::xpub : zmq::socket_type::pub),
      public_key_(public_key_of(settings)) {
  apply_options(settings, socket_);
  socket_.set(zmq::sockopt::affinity, kPublishIoThread);
  socket_.set(zmq::sockopt::sndhwm, settings.send_high_water_mark);
  if (clients_.listed()) socket_.set(zmq::sockopt::xpub_manual, true);
  endpoint_ = bind_or_throw(settings.publish, socket_);
}

bool ZmqSocket::send(std::string_view topic, std::string_view payload) {
  // The plain call: cppzmq's would throw on this thread.
  void* const socket = socket_.handle();
  return zmq_send(socket, topic.data(), topic.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
         zmq_send(socket, payload.data(), payload.size(), ZMQ_DONTWAIT) >= 0;
}

bool ZmqSocket::process_events() {
  if (!clients_.listed()) {
    static_cast<void>(socket_.get(zmq::sockopt::events));  // processes what was received
    return false;
  }
  zmq::message_t message;
  for (int i = 0; i < kSubscriptionsPerTurn; ++i) {
    if (zmq_msg_recv(message.handle(), socket_.handle(), ZMQ_DONTWAIT) < 0) return false;
    take_subscription(message);
  }
  return true;
}

// One byte, 1 to subscribe and 0 to end it, and the prefix. What ends because its connection ended
// has no user id any more, and ZeroMQ has dropped it itself.
void ZmqSocket::take_subscription(zmq::message_t& message) {
  const char* const user = zmq_msg_gets(message.handle(), "User-Id");
  ZmqAccessStats::Client* const client = user == nullptr ? nullptr : stats_.of(user);
  const std::string_view text(message.data<char>(), message.size());
  if (client == nullptr || text.empty() || text[0] > 1) return;
  const std::string_view prefix = text.substr(1);
  const std::vector<std::string> admitted = clients_.of(user).entitlement.admitted(prefix);
  const bool begins = text[0] == 1;
  if (begins && admitted.empty()) {
    client->subscriptions_refused.add();
    zap_->on_refusal();
  }
  const bool as_asked = admitted.size() == 1 && admitted[0] == prefix;
  if (begins && !as_asked && !admitted.empty()) client->narrowed = true;
  // Prefixes in the place of another may be wanted for their own sake too, and ZeroMQ counts them
  // once: they stay until the connection ends. The subscriber leaves what it does not want.
  if (!begins && client->narrowed) return;
  for (const std::string& topic : admitted) {
    zmq_setsockopt(socket_.handle(), begins ? ZMQ_SUBSCRIBE : ZMQ_UNSUBSCRIBE, topic.data(),
                   topic.size());
  }
}

}  // namespace indexcast::server
