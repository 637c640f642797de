// FX from the user's own source: a ZeroMQ PUB that sends FxRate messages under "fx/SERIES/".
#pragma once

#include <cstdint>
#include <string>
#include <zmq.hpp>

#include "calc/event.h"
#include "calc/spsc_ring.h"
#include "indexcast/v1/stream.pb.h"
#include "server/config/config.h"
#include "server/pipeline/agent.h"
#include "server/pipeline/waker.h"

namespace indexcast::server {

// Hands every rate of its series to the core. What is no FxRate, or one of another series, is
// counted and logged once. A source that goes away is connected to again by ZeroMQ itself.
class FxSubscriber final : public Agent {
 public:
  // Messages waiting unread; a source that floods loses its own newest.
  static constexpr int kHighWaterMark = 1000;

  // `ring` and `core` outlive this. `series` is the number of settings.series in the universe, and
  // the endpoint is settings.sources[rank]. Throws std::runtime_error when ZeroMQ refuses it.
  FxSubscriber(const FxSettings& settings, std::uint32_t rank, SeriesId series,
               SpscRing<MarketEvent>& ring, Waker& core);

  std::size_t do_work(TimeNs now) override;

  std::uint64_t malformed() const { return malformed_; }

 private:
  bool take(const zmq::message_t& payload, TimeNs now);

  std::string series_name_;
  std::string endpoint_;
  std::uint32_t rank_;
  SeriesId series_;
  SpscRing<MarketEvent>* ring_;
  Waker* core_;
  zmq::context_t context_;
  zmq::socket_t socket_{context_, zmq::socket_type::sub};
  v1::FxRate rate_;
  std::uint64_t malformed_ = 0;
};

}  // namespace indexcast::server
