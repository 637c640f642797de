#include "feedhandlers/common/tcp_feed.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace indexcast::feed {
namespace {

// The gateway took our logon, whatever the session says of its data since.
constexpr bool logged_on(FeedState state) {
  return state != FeedState::down && state != FeedState::connecting;
}

}  // namespace

TcpFeed::TcpFeed(Venue venue, std::vector<Endpoint> gateways,
                 std::unique_ptr<StreamHandler> handler, std::uint64_t backoff_seed)
    : venue_(venue),
      gateways_(std::move(gateways)),
      handler_(std::move(handler)),
      counters_(handler_->counters()),
      backoff_(backoff_seed) {
  if (gateways_.empty()) throw std::invalid_argument("a TCP feed needs a gateway");
  outbox_.reserve(kMaxPendingOutput);
}

// A gateway that is told need not wait for our silence; its answer is not waited for.
TcpFeed::~TcpFeed() {
  if (link_ != Link::connected) return;
  handler_->on_leaving(last_poll_, outbox_);
  flush();
}

std::size_t TcpFeed::poll(TimeNs now) {
  std::size_t reads = 0;
  last_poll_ = now;
  switch (link_) {
    case Link::waiting:
      if (now >= deadline_) open(now);
      break;
    case Link::connecting:
      finish_connecting(now);
      break;
    case Link::connected:
      reads = receive(now);
      if (link_ == Link::connected && !handler_->on_time(now, outbox_)) lose(now);
      break;
  }
  if (link_ == Link::connected && !flush()) lose(now);
  state_.store(handler_->state(), std::memory_order_release);
  return reads;
}

void TcpFeed::open(TimeNs now) {
  if (socket_.connect(gateways_[gateway()]) == TcpSocket::Status::failed) return fail_over(now);
  link_ = Link::connecting;
  deadline_ = now + kConnectTimeoutNs;
}

void TcpFeed::finish_connecting(TimeNs now) {
  const auto status = socket_.connected();
  if (status == TcpSocket::Status::would_block && now < deadline_) return;
  if (status != TcpSocket::Status::done) return fail_over(now);
  link_ = Link::connected;
  handler_->on_connected(now, outbox_);
}

std::size_t TcpFeed::receive(TimeNs now) {
  std::size_t reads = 0;
  for (std::size_t taken = 0; taken < kMaxBytesPerPoll;) {
    const auto transfer = socket_.receive(received_.data(), received_.size());
    if (transfer.status == TcpSocket::Status::would_block) break;
    if (transfer.status == TcpSocket::Status::failed) {
      lose(now);
      break;
    }
    ++reads;
    taken += transfer.count;
    if (!handler_->on_bytes({received_.data(), transfer.count}, now, outbox_)) {
      flush();  // the answer to a logout
      lose(now, handler_->reconnect());
      break;
    }
    if (logged_on(handler_->state())) backoff_.succeeded();
  }
  return reads;
}

bool TcpFeed::flush() {
  while (!outbox_.empty()) {
    const auto transfer = socket_.send(outbox_);
    if (transfer.status == TcpSocket::Status::failed) return false;
    if (transfer.status == TcpSocket::Status::would_block) break;
    outbox_.erase(outbox_.begin(), outbox_.begin() + static_cast<std::ptrdiff_t>(transfer.count));
  }
  return outbox_.size() <= kMaxPendingOutput;
}

void TcpFeed::lose(TimeNs now, const Reconnect& wish) {
  const bool again = wish.to == Reconnect::To::same_gateway && logged_on(handler_->state());
  handler_->on_disconnected(now);
  try_again(again ? gateway() : gateway() + 1, wish.wait_at_least_ns, now);
}

void TcpFeed::try_again(std::size_t gateway, std::int64_t wait_at_least_ns, TimeNs now) {
  socket_.close();
  outbox_.clear();
  link_ = Link::waiting;
  deadline_ = now + std::max(backoff_.next_ns(), wait_at_least_ns);
  gateway_.store(gateway % gateways_.size(), std::memory_order_release);
}

void TcpFeed::append_descriptors(std::vector<pollfd>& out) const {
  if (!socket_.is_open()) return;
  const bool writes = link_ == Link::connecting || !outbox_.empty();
  const int events = writes ? POLLIN | POLLOUT : POLLIN;
  out.push_back({.fd = socket_.descriptor(), .events = static_cast<short>(events), .revents = 0});
}

}  // namespace indexcast::feed
