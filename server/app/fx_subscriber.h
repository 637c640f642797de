// FX from the user's own source: a ZeroMQ PUB that sends FxRate messages under "fx/SERIES/".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "calc/event.h"
#include "calc/spsc_ring.h"
#include "indexcast/v1/stream.pb.h"
#include "server/settings/config.h"
#include "server/view/agent.h"
#include "server/view/clock.h"
#include "server/view/fx_source.h"
#include "server/view/waker.h"

namespace indexcast::server {

// Hands every rate of its series to the core. The others are counted by reason; each reason is
// logged once. A source that goes away is connected to again by ZeroMQ itself. With a table of
// FxSettings::curve for the endpoint the connection is encrypted, and the source is who has the
// secret key that belongs to server_key. One thread.
class FxSubscriber final : public Agent {
 public:
  // Messages waiting unread; a source that floods loses its own newest.
  static constexpr int kHighWaterMark = 1000;

  // `ring` and `core` outlive this. `series` is the number of settings.series in the universe, and
  // the endpoint is settings.sources[rank]. Throws std::runtime_error when ZeroMQ refuses it, or
  // when the secret key cannot be read.
  FxSubscriber(const FxSettings& settings, std::uint32_t rank, SeriesId series,
               SpscRing<MarketEvent>& ring, Waker& core, Clock clock = {});

  std::size_t do_work(TimeNs now) override;
  std::size_t drain(TimeNs) override { return 0; }  // unread rates are not accepted
  void watch(feed::ReadySet& ready) override;

  const FxSourceStats& stats() const { return stats_; }

 private:
  void encrypt(const FxCurveSettings& curve);
  void connect();
  void watch_handshakes();
  std::optional<FxRefusal> take(const zmq::message_t& payload, TimeNs now);

  std::string endpoint_;
  SeriesId series_;
  SpscRing<MarketEvent>* ring_;
  Waker* core_;
  bool ready_ = false;  // one of its sockets has something to process; every turn looks
  Clock clock_;
  FxSourceStats stats_;
  std::string public_key_;  // this server's own, with CURVE
  bool handshake_logged_ = false;
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
  zmq::socket_t monitor_{context_, zmq::socket_type::pair};
  v1::FxRate rate_;
};

}  // namespace indexcast::server
