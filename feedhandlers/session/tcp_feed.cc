#include "feedhandlers/session/tcp_feed.h"

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
      attempts_(gateways_.size()),
      handler_(std::move(handler)),
      counters_(handler_->counters()),
      backoff_(backoff_seed) {
  if (gateways_.empty()) throw std::invalid_argument("a TCP feed needs a gateway");
  outbox_.reserve(kMaxPendingOutput);
}

// Logs out, so that the gateway need not detect our silence. Does not wait for the answer.
TcpFeed::~TcpFeed() {
  if (link_ != Link::connected) return;
  handler_->on_leaving(last_poll_, outbox_);
  flush();
}

std::size_t TcpFeed::poll(TimeNs now) {
  std::size_t reads = 0;
  const bool paused = last_poll_.ns != 0 && now - last_poll_ > kPauseNs;
  last_poll_ = now;
  if (paused && link_ == Link::connected) {
    draining_ = true;
    handler_->on_paused(now);
  }
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
  watch_socket();
  state_.store(handler_->state(), std::memory_order_release);
  return reads;
}

void TcpFeed::open(TimeNs now) {
  if (socket_.connect(gateways_[gateway()]) == TcpSocket::Status::failed) return fail_over(now);
  link_ = Link::connecting;
  deadline_ = now + kConnectTimeoutNs;
  if (ready_set_ == nullptr) return;
  ready_ = false;
  wants_write_ = true;
  ready_set_->add(socket_.descriptor(), ReadySet::Wanted::read_and_write, ready_);
}

// Asks for room to write while something is being connected to or waits to be sent.
void TcpFeed::watch_socket() {
  if (ready_set_ == nullptr || !socket_.is_open()) return;
  const bool wants_write = link_ == Link::connecting || !outbox_.empty();
  if (wants_write == wants_write_) return;
  wants_write_ = wants_write;
  ready_set_->change(socket_.descriptor(),
                     wants_write ? ReadySet::Wanted::read_and_write : ReadySet::Wanted::read,
                     ready_);
}

void TcpFeed::finish_connecting(TimeNs now) {
  if (!is_ready() && now < deadline_) return;
  const auto status = socket_.connected();
  if (status == TcpSocket::Status::would_block && now < deadline_) return;
  if (status != TcpSocket::Status::done) return fail_over(now);
  link_ = Link::connected;
  handler_->use_gateway(gateway());
  handler_->on_connected(now, outbox_);
}

std::size_t TcpFeed::receive(TimeNs now) {
  std::size_t reads = 0;
  if (!is_ready()) return reads;
  for (std::size_t taken = 0; taken < kMaxBytesPerPoll;) {
    const auto transfer = socket_.receive(received_.data(), received_.size());
    if (transfer.status == TcpSocket::Status::would_block) {
      ready_ = false;
      if (std::exchange(draining_, false)) handler_->on_drained(now);
      break;
    }
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
  const bool was_up = logged_on(handler_->state());
  handler_->on_disconnected(now);
  attempts_[gateway()].not_before = now + wish.wait_at_least_ns;
  if (was_up) {
    for (Attempt& attempt : attempts_) attempt.tried = false;
    if (wish.to == Reconnect::To::same_gateway) return try_again(gateway(), now);
  }
  fail_over(now);
}

void TcpFeed::fail_over(TimeNs now) {
  attempts_[gateway()].tried = true;
  try_again(next_gateway(now), now);
}

// Returns the most preferred gateway not tried yet. Gateways that requested a wait come last.
std::size_t TcpFeed::next_gateway(TimeNs now) {
  if (std::ranges::all_of(attempts_, &Attempt::tried)) {
    for (Attempt& attempt : attempts_) attempt.tried = false;
  }
  const auto waits = [&](const Attempt& attempt) { return attempt.not_before > now; };
  const auto sooner = [&](const Attempt& a, const Attempt& b) {
    if (waits(a) != waits(b)) return waits(b);
    if (waits(a)) return a.not_before < b.not_before;
    return !a.tried && b.tried;
  };
  return static_cast<std::size_t>(std::ranges::min_element(attempts_, sooner) - attempts_.begin());
}

void TcpFeed::try_again(std::size_t gateway, TimeNs now) {
  socket_.close();
  ready_ = false;
  draining_ = false;
  outbox_.clear();
  link_ = Link::waiting;
  deadline_ = std::max(now + backoff_.next_ns(), attempts_[gateway].not_before);
  gateway_.store(gateway, std::memory_order_release);
}

bool TcpFeed::take_notice(SessionNotice& out) {
  if (!handler_->take_notice(out)) return false;
  out.address = &gateways_[out.gateway];
  return true;
}

}  // namespace indexcast::feed
