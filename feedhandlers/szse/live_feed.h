// The live SZSE feed: gateways or multicast, and the second session that fetches lost ticks.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "feedhandlers/market/event_sink.h"
#include "feedhandlers/market/symbol_table.h"
#include "feedhandlers/session/feed.h"
#include "feedhandlers/session/tcp_feed.h"
#include "feedhandlers/session/udp_feed.h"
#include "feedhandlers/szse/handler.h"
#include "feedhandlers/szse/mddp_handler.h"
#include "feedhandlers/szse/resend_session.h"
#include "feedhandlers/szse/settings.h"

namespace indexcast::szse {

// The sockets of `settings.multicast`, every line of every channel.
feed::UdpFeedSettings multicast_sockets(const MulticastSettings& settings);

// Threads as in feed.h.
class LiveFeed final : public feed::Feed {
 public:
  // `symbols` and `sink` outlive it. Throws std::invalid_argument without a gateway where the
  // transport is TCP, std::runtime_error when a multicast socket cannot be opened.
  LiveFeed(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink,
           std::uint64_t backoff_seed);

  std::size_t poll(TimeNs now) override;
  void watch(feed::ReadySet& ready) override;
  TimeNs due(TimeNs now) const override;
  feed::Venue venue() const override { return feed::Venue::szse; }
  FeedState state() const override { return state_.load(std::memory_order_acquire); }
  const feed::FeedCounters& counters() const override { return *counters_; }
  void set_day_over(bool over) override {
    realtime_->set_day_over(over);
    if (resend_ != nullptr) resend_->set_day_over(over);
  }
  feed::FeedCounters& counters() { return *counters_; }
  bool take_notice(feed::SessionNotice& out) override;

  // The gateway in use, by its place in the list; 0 with multicast. Any thread.
  std::size_t gateway() const { return tcp_ == nullptr ? 0 : tcp_->gateway(); }
  // The port of a multicast line, in the order of the settings, A before B. Not with TCP.
  std::uint16_t local_port(std::size_t line) const { return udp_->local_port(line); }
  // The second session's state; `down` where there is none. Any thread.
  FeedState resend_state() const { return resend_ == nullptr ? FeedState::down : resend_->state(); }

 private:
  void open_tcp(const Settings& settings, const feed::SymbolTable& symbols, feed::EventSink& sink);
  void open_multicast(const Settings& settings, const feed::SymbolTable& symbols,
                      feed::EventSink& sink);

  const std::uint64_t backoff_seed_;
  std::unique_ptr<MddpHandler> mddp_;  // before what reads into it
  std::unique_ptr<feed::TcpFeed> tcp_;
  std::unique_ptr<feed::UdpFeed> udp_;
  feed::Feed* realtime_ = nullptr;  // one of the two
  feed::FeedCounters* counters_ = nullptr;
  TickSource* ticks_ = nullptr;
  std::unique_ptr<feed::TcpFeed> resend_;  // works for the handler of the others: destroyed first
  std::atomic<FeedState> state_{FeedState::down};
};

}  // namespace indexcast::szse
