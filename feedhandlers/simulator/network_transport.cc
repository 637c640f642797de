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

}  // namespace

NetworkTransport::NetworkTransport(const Settings& settings, const std::atomic<bool>& stop)
    : settings_(settings), stop_(stop), io_(1), work_(io_.get_executor()) {
  if (!(settings.speed > 0.0) && !(settings.day_minutes > 0.0)) {
    throw std::invalid_argument("simulator: speed is not positive");
  }
  add_gateway(feed::Venue::sse, settings_.sse.gateways,
              [this] { return make_sse_gateway(settings_.sse); });
  add_gateway(feed::Venue::szse, settings_.szse.gateways,
              [this] { return make_szse_gateway(settings_.szse); });
  if (!settings_.hkex.channels.empty()) {
    lines_ = std::make_unique<MulticastSender>(io_, settings_, counts_);
  }
}

void NetworkTransport::add_gateway(feed::Venue venue, const std::vector<feed::Endpoint>& addresses,
                                   GatewayServer::ProtocolFactory protocol) {
  if (addresses.empty()) return;
  gateways_[venue] = std::make_unique<GatewayServer>(io_, addresses.front(), std::move(protocol),
                                                     settings_.client_backlog, counts_);
}

std::uint16_t NetworkTransport::port(feed::Venue venue) const {
  const auto gateway = gateways_.find(venue);
  return gateway == gateways_.end() ? std::uint16_t{0} : gateway->second->port();
}

bool NetworkTransport::every_gateway_has_a_client() const {
  return std::all_of(gateways_.begin(), gateways_.end(),
                     [](const auto& gateway) { return gateway.second->logged_on() > 0; });
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

void NetworkTransport::begin(const TradingDay& day) {
  if (settings_.wait_for_clients) {
    serve_until(Clock::time_point::max(), [this] { return every_gateway_has_a_client(); });
  }
  speed_ = settings_.day_minutes > 0.0
               ? static_cast<double>(day.end() - day.begin()) / 60e9 / settings_.day_minutes
               : settings_.speed;
  day_begin_ = day.begin();
  real_begin_ = Clock::now();
}

void NetworkTransport::deliver(const ExchangeMessage& message) {
  const auto elapsed = std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(message.exchange_time - day_begin_) / speed_));
  serve_until(real_begin_ + elapsed, [] { return false; });
  ++counts_.messages[feed::market_of(message.venue)];
  if (message.venue == feed::Venue::hkex) {
    lines_->publish(message);
  } else {
    gateways_.at(message.venue)->publish(message);
  }
}

void NetworkTransport::end() {
  for (const auto& [venue, gateway] : gateways_) gateway->shut_down();
  // Also after `stop`: what is queued and the logouts still leave.
  const auto deadline = Clock::now() + kLogoutPatience;
  const auto all_gone = [this] {
    return std::all_of(gateways_.begin(), gateways_.end(),
                       [](const auto& gateway) { return gateway.second->idle(); });
  };
  while (!all_gone() && Clock::now() < deadline) {
    io_.run_one_until(std::min(deadline, Clock::now() + kStopLatency));
  }
}

}  // namespace indexcast::sim
