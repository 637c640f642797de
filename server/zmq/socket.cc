#include "server/zmq/socket.h"

#include <cstdint>

#include "server/zmq/socket_options.h"

namespace indexcast::server {
namespace {

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

void ZmqSocket::process_events() {
  if (!clients_.listed()) {
    static_cast<void>(socket_.get(zmq::sockopt::events));  // processes what was received
    return;
  }
  zmq::message_t message;
  for (int i = 0; i < kSubscriptionsPerTurn; ++i) {
    if (zmq_msg_recv(message.handle(), socket_.handle(), ZMQ_DONTWAIT) < 0) return;
    take_subscription(message);
  }
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
  if (begins && admitted.empty()) client->subscriptions_refused.add();
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
