// The live HKEX feed: the lines of every channel, their refresh lines, and the session with the
// retransmission service, as one feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "feedhandlers/hkex/handler.h"
#include "feedhandlers/hkex/settings.h"
#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/session/feed.h"
#include "feedhandlers/session/tcp_feed.h"
#include "feedhandlers/session/udp_feed.h"

namespace indexcast::hkex {

// poll() and watch() belong to one thread; state(), counters() and venue() to any.
class LiveFeed final : public feed::Feed {
 public:
  // Opens every UDP socket; throws std::runtime_error that names the address and the reason, or
  // std::invalid_argument for channels that cannot be told apart. `symbols` and `sink` outlive the
  // feed. The retransmission servers are connected to from the first poll on; `backoff_seed`
  // spreads the attempts of several feeds.
  LiveFeed(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink,
           std::uint64_t backoff_seed);

  std::size_t poll(TimeNs now) override;
  void watch(feed::ReadySet& ready) override;
  TimeNs due(TimeNs now) const override;
  feed::Venue venue() const override { return feed::Venue::hkex; }
  FeedState state() const override { return handler_.state(); }
  const feed::FeedCounters& counters() const override { return lines_.counters(); }
  void set_day_over(bool over) override {
    if (retransmission_) retransmission_->set_day_over(over);
  }

  feed::FeedCounters& counters() { return handler_.counters(); }
  // The smallest kernel buffer that any socket was granted, to be compared with what was asked for.
  int receive_buffer_bytes() const { return lines_.receive_buffer_bytes(); }
  // The ports of all lines: channel by channel, real-time A and B, then refresh A and B.
  std::uint16_t local_port(std::size_t line) const { return lines_.local_port(line); }

 private:
  Handler handler_;
  feed::UdpFeed lines_;
  std::optional<feed::TcpFeed> retransmission_;
};

}  // namespace indexcast::hkex
