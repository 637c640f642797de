#include "server/pipeline/fx_subscriber.h"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "feedhandlers/common/venue.h"

namespace indexcast::server {

FxSubscriber::FxSubscriber(const FxSettings& settings, std::uint32_t rank, SeriesId series,
                           SpscRing<MarketEvent>& ring, Waker& core)
    : series_name_(settings.series),
      endpoint_(settings.sources[rank]),
      rank_(rank),
      series_(series),
      ring_(&ring),
      core_(&core) {
  socket_.set(zmq::sockopt::rcvhwm, kHighWaterMark);
  socket_.set(zmq::sockopt::linger, 0);
  socket_.set(zmq::sockopt::subscribe, "fx/" + series_name_ + "/");
  try {
    socket_.connect(endpoint_);
  } catch (const zmq::error_t& error) {
    throw std::runtime_error("fx " + endpoint_ + ": " + error.what());
  }
}

std::size_t FxSubscriber::do_work(TimeNs now) {
  zmq::message_t frame;
  if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return 0;
  // The topic has served its purpose; the payload is what follows, and it alone.
  const bool has_payload = frame.more();
  if (has_payload) static_cast<void>(socket_.recv(frame));
  const bool alone = !frame.more();
  while (frame.more()) static_cast<void>(socket_.recv(frame));
  if (has_payload && alone && take(frame, now)) return 1;
  if (++malformed_ == 1)
    spdlog::warn("fx {}: what came under fx/{}/ is no rate of it", endpoint_, series_name_);
  return 1;
}

bool FxSubscriber::take(const zmq::message_t& payload, TimeNs now) {
  if (!rate_.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return false;
  if (rate_.series() != series_name_) return false;
  MarketEvent event;
  event.kind = EventKind::fx;
  event.feed = feed::kFxFeed;
  event.instrument = series_;
  event.channel = rank_;
  event.value[0] = rate_.rate();
  event.receive_time = now;
  event.exchange_time = TimeNs{static_cast<std::int64_t>(rate_.time())};
  event.feed_sequence = rate_.sequence();
  // A full ring holds newer rates than this one will be when they are through.
  static_cast<void>(ring_->try_push(event));
  core_->wake();
  return true;
}

}  // namespace indexcast::server
