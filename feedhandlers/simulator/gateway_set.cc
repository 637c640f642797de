#include "feedhandlers/simulator/gateway_set.h"

#include <algorithm>

namespace indexcast::sim {

GatewaySet::GatewaySet(boost::asio::io_context& io, const Settings& settings, FaultBook& faults,
                       TransportCounts& counts)
    : settings_(settings), faults_(faults), counts_(counts) {
  add(io, feed::Venue::sse, settings.sse.gateways,
      [this] { return make_sse_gateway(settings_.sse); });
  add(io, feed::Venue::szse, settings.szse.gateways,
      [this] { return make_szse_gateway(settings_.szse); });
}

void GatewaySet::add(boost::asio::io_context& io, feed::Venue venue,
                     const std::vector<feed::Endpoint>& addresses,
                     GatewayServer::ProtocolFactory protocol) {
  if (day_kind(settings_.faults, venue) == DayKind::absent) return;
  std::uint32_t place = 0;
  for (const feed::Endpoint& address : addresses) {
    servers_[venue].push_back(
        std::make_unique<GatewayServer>(io, address, protocol, settings_.client_backlog, counts_,
                                        GatewayFaults(faults_, venue, ++place)));
  }
}

std::vector<std::uint16_t> GatewaySet::ports(feed::Venue venue) const {
  std::vector<std::uint16_t> ports;
  const auto found = servers_.find(venue);
  if (found == servers_.end()) return ports;
  for (const auto& server : found->second) ports.push_back(server->port());
  return ports;
}

bool GatewaySet::has_clients() const {
  return std::all_of(servers_.begin(), servers_.end(), [](const auto& venue) {
    return std::any_of(venue.second.begin(), venue.second.end(),
                       [](const auto& server) { return server->logged_on() > 0; });
  });
}

void GatewaySet::publish(const ExchangeMessage& message) {
  const auto found = servers_.find(message.venue);
  if (found == servers_.end()) return;
  for (const auto& server : found->second) server->publish(message);
}

void GatewaySet::on_exchange_time(TimeNs now) {
  for (const auto& [venue, servers] : servers_) {
    for (const auto& server : servers) server->on_exchange_time(now);
  }
}

void GatewaySet::shut_down() {
  for (const auto& [venue, servers] : servers_) {
    for (const auto& server : servers) server->shut_down();
  }
}

bool GatewaySet::idle() const {
  return std::all_of(servers_.begin(), servers_.end(), [](const auto& venue) {
    return std::all_of(venue.second.begin(), venue.second.end(),
                       [](const auto& server) { return server->idle(); });
  });
}

}  // namespace indexcast::sim
