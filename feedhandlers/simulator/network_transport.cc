#include "feedhandlers/simulator/network_transport.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace indexcast::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto kStopLatency = 100ms;
// Clients get this long to answer the logout, as Shanghai's gateway gives them (SSE notes 2.2).
constexpr auto kLogoutPatience = 5s;
// And those of the retransmission service this long after the day's last packet.
constexpr auto kRetransmissionPatience = 2s;

}  // namespace

NetworkTransport::NetworkTransport(const Settings& settings, const std::atomic<bool>& stop)
    : settings_(settings),
      stop_(stop),
      faults_(settings_.faults, settings_.seed),
      retransmission_state_(settings_.hkex, faults_, counts_),
      io_(1),
      work_(io_.get_executor()),
      gateways_(io_, settings_, faults_, counts_),
      lines_(settings_, faults_, counts_) {
  if (!(settings.speed > 0.0) && !(settings.day_minutes > 0.0)) {
    throw std::invalid_argument("simulator: speed is not positive");
  }
  if (settings_.hkex.channels.empty()) return;
  sender_ = std::make_unique<MulticastSender>(io_, settings_.hkex.interface);
  send_ = [this](TimeNs, std::size_t, const feed::Endpoint& group, feed::Bytes bytes) {
    return sender_->send(group, bytes);
  };
  for (const feed::Endpoint& address : settings_.hkex.retransmission.servers) {
    retransmission_.push_back(
        std::make_unique<RetransmissionServer>(io_, address, retransmission_state_));
  }
}

std::uint16_t NetworkTransport::port(feed::Venue venue) const {
  const std::vector<std::uint16_t> of_venue = ports(venue);
  return of_venue.empty() ? std::uint16_t{0} : of_venue.front();
}

std::vector<std::uint16_t> NetworkTransport::retransmission_ports() const {
  std::vector<std::uint16_t> ports;
  for (const auto& server : retransmission_) ports.push_back(server->port());
  return ports;
}

template <class Done>
void NetworkTransport::serve_until(Clock::time_point due, Done done) {
  while (!stopped() && !done()) {
    const auto now = Clock::now();
    if (now >= due) break;
    io_.run_one_until(std::min(due, now + kStopLatency));
  }
  io_.poll();
}

void NetworkTransport::begin(const SimulatedDay& day) {
  if (settings_.wait_for_clients) {
    serve_until(Clock::time_point::max(), [this] { return gateways_.has_clients(); });
  }
  speed_ = settings_.day_minutes > 0.0
               ? static_cast<double>(day.end() - day.begin()) / 60e9 / settings_.day_minutes
               : settings_.speed;
  day_begin_ = day.begin();
  real_begin_ = Clock::now();
}

NetworkTransport::Clock::time_point NetworkTransport::due_at(TimeNs exchange_time) const {
  return real_begin_ + std::chrono::nanoseconds(static_cast<std::int64_t>(
                           static_cast<double>(exchange_time - day_begin_) / speed_));
}

void NetworkTransport::pass_time(TimeNs exchange_time) {
  const auto never = [] { return false; };
  for (auto next = lines_.next_time(); next && *next < exchange_time && !stopped();
       next = lines_.next_time()) {
    serve_until(due_at(*next), never);
    lines_.send_until(*next, send_);
  }
  serve_until(due_at(exchange_time), never);
}

void NetworkTransport::deliver(const ExchangeMessage& message) {
  pass_time(message.exchange_time);
  last_ = message.exchange_time;
  ++counts_.messages[feed::market_of(message.venue)];
  if (message.venue == feed::Venue::hkex) {
    retransmission_state_.on_packet(message);
    lines_.push(message);
  } else {
    gateways_.publish(message);
  }
  gateways_.on_exchange_time(message.exchange_time);
  lines_.send_until(message.exchange_time, send_);
}

void NetworkTransport::end() {
  lines_.finish(last_, send_);
  gateways_.shut_down();
  // Also after `stop`: what is queued and the logouts still leave, and gaps that the day's last
  // packets show can still be asked for.
  const auto now = Clock::now();
  const auto logged_out = [this] { return gateways_.idle(); };
  const auto nobody_asks = [this] {
    return std::all_of(retransmission_.begin(), retransmission_.end(),
                       [](const auto& server) { return server->idle(); });
  };
  linger_until(now + kLogoutPatience, logged_out);
  linger_until(now + kRetransmissionPatience, nobody_asks);
  for (const auto& server : retransmission_) server->shut_down();
  io_.poll();
  counts_.mddp = gateways_.mddp_counts();
  counts_.file_rounds = gateways_.file_rounds();
}

template <class Done>
void NetworkTransport::linger_until(Clock::time_point deadline, Done done) {
  while (!done() && Clock::now() < deadline) {
    io_.run_one_until(std::min(deadline, Clock::now() + kStopLatency));
  }
}

}  // namespace indexcast::sim
