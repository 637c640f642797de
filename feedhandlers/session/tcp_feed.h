// A TCP feed: one connection at a time to an ordered list of gateways, driven by polling.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "feedhandlers/session/feed.h"
#include "feedhandlers/session/reconnect_backoff.h"
#include "feedhandlers/session/stream_handler.h"
#include "feedhandlers/transport/endpoint.h"
#include "feedhandlers/transport/tcp_socket.h"

namespace indexcast::feed {

// Connects to the gateways of a list. Starts with the first one. When an established session is
// lost, the order starts again: first to last, with the gateway just lost at the end, then round
// again. A session therefore returns to a preferred gateway after the next loss; a working session
// is never dropped for that.
// The session that ended may request the same gateway again, or a wait before its gateway is tried
// again, which does not delay other gateways (stream_handler.h). Attempts are spaced by
// reconnect_backoff.h. Logs out when destroyed. poll() and watch() belong to one thread; any thread
// may call state(), counters() and venue().
class TcpFeed final : public Feed {
 public:
  // Bytes read in one poll at most, so that a fast gateway cannot keep its thread from the other
  // feeds: a millisecond or so of decoding.
  static constexpr std::size_t kMaxBytesPerPoll = 256 * 1024;
  // An answer to connect() that takes longer than this counts as a failure.
  static constexpr std::int64_t kConnectTimeoutNs = 3 * kNsPerSecond;
  // A session has little to say; a peer that takes none of it is dead.
  static constexpr std::size_t kMaxPendingOutput = 64 * 1024;

  // `gateways` is not empty (std::invalid_argument). Nothing is opened before the first poll.
  TcpFeed(Venue venue, std::vector<Endpoint> gateways, std::unique_ptr<StreamHandler> handler,
          std::uint64_t backoff_seed);
  ~TcpFeed() override;
  TcpFeed(const TcpFeed&) = delete;
  TcpFeed& operator=(const TcpFeed&) = delete;

  std::size_t poll(TimeNs now) override;
  void watch(ReadySet& ready) override { ready_set_ = &ready; }
  TimeNs due(TimeNs now) const override {
    return link_ == Link::connected ? handler_->due(now) : deadline_;
  }
  Venue venue() const override { return venue_; }
  FeedState state() const override { return state_.load(std::memory_order_acquire); }
  const FeedCounters& counters() const override { return counters_; }
  void set_day_over(bool over) override { backoff_.set_day_over(over); }
  bool take_notice(SessionNotice& out) override;

  // Whether it is connected or connecting. From the thread that polls.
  bool has_socket() const { return socket_.is_open(); }
  // The gateway of the connection, or of the next attempt. Any thread.
  std::size_t gateway() const { return gateway_.load(std::memory_order_acquire); }

 private:
  struct Attempt {
    bool tried = false;   // since the last session that was up
    TimeNs not_before{};  // as the last session there asked
  };
  enum class Link : std::uint8_t { waiting, connecting, connected };

  void open(TimeNs now);
  void finish_connecting(TimeNs now);
  std::size_t receive(TimeNs now);
  bool flush();
  // Whether reading may find something. Always without a ReadySet.
  bool is_ready() const { return ready_set_ == nullptr || ready_ || draining_; }
  void watch_socket();
  void lose(TimeNs now, const Reconnect& wish = {});
  // An attempt at this gateway failed: takes the next one.
  void fail_over(TimeNs now);
  std::size_t next_gateway(TimeNs now);
  void try_again(std::size_t gateway, TimeNs now);

  const Venue venue_;
  const std::vector<Endpoint> gateways_;
  std::vector<Attempt> attempts_;  // of each gateway
  const std::unique_ptr<StreamHandler> handler_;
  FeedCounters& counters_;
  ReconnectBackoff backoff_;
  TcpSocket socket_;
  Link link_ = Link::waiting;
  TimeNs deadline_{};  // of the wait, or of connecting
  Outbox outbox_;
  ReadySet* ready_set_ = nullptr;
  bool ready_ = false;
  bool wants_write_ = false;  // as the ReadySet knows it
  std::array<std::byte, 64 * 1024> received_;
  TimeNs last_poll_{};
  bool draining_ = false;  // after a pause, until the socket was read empty
  std::atomic<FeedState> state_{FeedState::down};
  std::atomic<std::size_t> gateway_{0};
};

}  // namespace indexcast::feed
