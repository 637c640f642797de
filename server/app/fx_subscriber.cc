#include "server/app/fx_subscriber.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "feedhandlers/market/venue.h"
#include "server/zmq/socket_options.h"

namespace indexcast::server {
namespace {

constexpr const char* kMonitor = "inproc://handshakes";
constexpr int kHandshakeEvents =
    ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

}  // namespace

FxSubscriber::FxSubscriber(const FxSettings& settings, std::uint32_t rank, SeriesId series,
                           SpscRing<MarketEvent>& ring, Waker& core, Clock clock)
    : endpoint_(settings.sources[rank]),
      series_(series),
      ring_(&ring),
      core_(&core),
      clock_(std::move(clock)) {
  stats_.series = settings.series;
  stats_.rank = rank;
  const auto curve = std::ranges::find(settings.curve, endpoint_, &FxCurveSettings::source);
  if (curve != settings.curve.end()) encrypt(*curve);
  connect();
}

void FxSubscriber::encrypt(const FxCurveSettings& curve) {
  const absl::StatusOr<std::string> secret = load_curve_secret(curve.secret_key);
  if (!secret.ok()) throw std::runtime_error(std::string(secret.status().message()));
  public_key_ = curve_public_of(*secret);
  socket_.set(zmq::sockopt::curve_serverkey, curve.server_key);
  socket_.set(zmq::sockopt::curve_publickey, public_key_);
  socket_.set(zmq::sockopt::curve_secretkey, *secret);
}

void FxSubscriber::connect() {
  socket_.set(zmq::sockopt::rcvhwm, kHighWaterMark);
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::subscribe, "fx/" + stats_.series + "/");
  monitor_.set(zmq::sockopt::linger, 0);
  try {
    if (zmq_socket_monitor(socket_.handle(), kMonitor, kHandshakeEvents) != 0) throw zmq::error_t();
    monitor_.connect(kMonitor);
    socket_.connect(endpoint_);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error("fx " + endpoint_ + ": " + error.what());
  }
}

void FxSubscriber::watch(feed::ReadySet& ready) {
  for (zmq::socket_t* socket : {&socket_, &monitor_})
    ready.add(socket->get(zmq::sockopt::fd), feed::ReadySet::Wanted::read, ready_);
}

std::size_t FxSubscriber::do_work(TimeNs now) {
  ready_ = false;
  watch_handshakes();
  zmq::message_t frame;
  if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return 0;
  // The topic has served its purpose; the payload is what follows, and it alone.
  const bool has_payload = frame.more();
  if (has_payload) static_cast<void>(socket_.recv(frame));
  const bool alone = !frame.more();
  while (frame.more()) static_cast<void>(socket_.recv(frame));
  const auto refusal = has_payload && alone ? take(frame, now) : FxRefusal::malformed;
  if (!refusal) {
    stats_.taken.add();
    return 1;
  }
  Counter& count = stats_.of(*refusal);
  count.add();
  if (count.get() == 1)
    spdlog::warn("fx {}: a message under fx/{}/ is refused: {}", endpoint_, stats_.series,
                 kFxRefusalNames[static_cast<std::size_t>(*refusal)]);
  return 1;
}

// ZeroMQ tries again by itself and reports a failure to its monitor alone.
void FxSubscriber::watch_handshakes() {
  zmq::message_t frame;
  while (monitor_.recv(frame, zmq::recv_flags::dontwait)) {
    std::uint16_t event = 0;
    if (frame.size() >= sizeof(event)) std::memcpy(&event, frame.data(), sizeof(event));
    while (frame.more()) static_cast<void>(monitor_.recv(frame));
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
      handshake_logged_ = false;
      continue;
    }
    stats_.of(FxRefusal::handshake).add();
    if (std::exchange(handshake_logged_, true)) continue;
    if (public_key_.empty()) {
      spdlog::warn(
          "fx {}: no connection, the source ends it in the handshake; a source with CURVE "
          "needs its table [[fx.curve]]",
          endpoint_);
    } else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) {
      spdlog::warn("fx {}: the source does not admit this server's public key {}", endpoint_,
                   public_key_);
    } else {
      spdlog::warn(
          "fx {}: no encrypted connection; compare server_key in [[fx.curve]] with the "
          "source's public key, and let the source admit {}",
          endpoint_, public_key_);
    }
  }
}

std::optional<FxRefusal> FxSubscriber::take(const zmq::message_t& payload, TimeNs now) {
  if (!rate_.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return FxRefusal::malformed;
  if (rate_.series() != stats_.series) return FxRefusal::other_series;
  if (rate_.time() > static_cast<std::uint64_t>(kNoDeadline.ns / 2)) return FxRefusal::time_ahead;
  const TimeNs time = clock_.received({static_cast<std::int64_t>(rate_.time())}, now, kMaxAheadNs);
  if (time - now > kMaxAheadNs) return FxRefusal::time_ahead;
  MarketEvent event;
  event.kind = EventKind::fx;
  event.feed = feed::kFxFeed;
  event.instrument = series_;
  event.channel = stats_.rank;
  event.value[0] = rate_.rate();
  event.receive_time = now;
  event.exchange_time = time;
  event.feed_sequence = rate_.sequence();
  // A full ring holds newer rates than this one will be when they are through.
  const bool pushed = ring_->try_push(event);
  core_->wake();
  return pushed ? std::nullopt : std::optional(FxRefusal::ring_full);
}

}  // namespace indexcast::server
