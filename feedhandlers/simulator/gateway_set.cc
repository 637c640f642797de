#include "feedhandlers/simulator/gateway_set.h"

#include <algorithm>

namespace indexcast::sim {
namespace {

template <class Servers>
std::vector<std::uint16_t> ports_of(const Servers& servers) {
  std::vector<std::uint16_t> ports;
  for (const auto& server : servers) ports.push_back(server->port());
  return ports;
}

template <class Servers>
bool all_idle(const Servers& servers) {
  return std::all_of(servers.begin(), servers.end(),
                     [](const auto& server) { return server->idle(); });
}

}  // namespace

GatewaySet::GatewaySet(boost::asio::io_context& io, const Settings& settings, FaultBook& faults,
                       TransportCounts& counts)
    : settings_(settings), faults_(faults), counts_(counts) {
  if (!settings.sse.gateways.empty() &&
      day_kind(settings.faults, feed::Venue::sse) != VenueDayKind::absent) {
    listen(io, servers_[feed::Venue::sse], feed::Venue::sse, settings.sse.gateways,
           [this](const sse::Gateway& gateway, GatewayFaults&) {
             return make_sse_gateway(settings_.sse, gateway);
           });
    if (!settings.sse.fallback_file.empty()) {
      file_ = std::make_unique<MktdtWriter>(settings.sse.fallback_file);
    }
  }
  if (day_kind(settings.faults, feed::Venue::szse) != VenueDayKind::absent) open_shenzhen(io);
}

void GatewaySet::open_shenzhen(boost::asio::io_context& io) {
  const szse::Settings& szse = settings_.szse;
  if (szse.transport == szse::FeedTransport::multicast) {
    multicast_ = std::make_unique<MulticastSender>(io, szse.multicast.interface);
    mddp_ = std::make_unique<MddpSender>(
        szse.multicast, faults_,
        [this](TimeNs, std::size_t, const feed::Endpoint& group, feed::Bytes bytes) {
          return multicast_->send(group, bytes);
        });
  } else if (!szse.gateways.empty()) {
    listen(io, servers_[feed::Venue::szse], feed::Venue::szse, szse.gateways,
           [this](const szse::Gateway& gateway, GatewayFaults&) {
             return make_szse_gateway(settings_.szse, gateway);
           });
  }
  listen(io, resend_, feed::Venue::szse, szse.resend_gateways,
         [this](const szse::Gateway& gateway, GatewayFaults& faults) {
           return make_szse_resend(settings_.szse, gateway, ticks_, &faults);
         });
}

template <class Gateway, class Protocol>
void GatewaySet::listen(boost::asio::io_context& io, Servers& servers, feed::Venue venue,
                        const std::vector<Gateway>& gateways, const Protocol& protocol) {
  // Resend gateways are counted behind the realtime ones.
  const bool realtime = &servers != &resend_;
  auto place = static_cast<std::uint32_t>(realtime ? 0 : settings_.szse.gateways.size());
  // `gateways` belong to the settings, which outlive the servers.
  for (const Gateway& gateway : gateways) {
    servers.push_back(std::make_unique<GatewayServer>(
        io, gateway.address,
        [&gateway, protocol](GatewayFaults& faults) { return protocol(gateway, faults); },
        settings_.client_backlog, counts_, GatewayFaults(faults_, venue, ++place, realtime)));
  }
}

std::vector<std::uint16_t> GatewaySet::ports(feed::Venue venue) const {
  const auto found = servers_.find(venue);
  return found == servers_.end() ? std::vector<std::uint16_t>{} : ports_of(found->second);
}

std::vector<std::uint16_t> GatewaySet::resend_ports() const { return ports_of(resend_); }

bool GatewaySet::has_clients() const {
  return std::all_of(servers_.begin(), servers_.end(), [](const auto& venue) {
    return std::any_of(venue.second.begin(), venue.second.end(),
                       [](const auto& server) { return server->logged_on() > 0; });
  });
}

void GatewaySet::publish(const ExchangeMessage& message) {
  if (message.tick > 0) ticks_.add(message.channel, message.tick, message.bytes);
  if (file_) file_->publish(message);
  if (mddp_ && message.venue == feed::Venue::szse) mddp_->publish(message);
  const auto found = servers_.find(message.venue);
  if (found == servers_.end()) return;
  for (const auto& server : found->second) server->publish(message);
}

void GatewaySet::on_exchange_time(TimeNs now) {
  if (file_) file_->on_exchange_time(now);
  if (mddp_) mddp_->on_exchange_time(now);
  for (const auto& [venue, servers] : servers_) {
    for (const auto& server : servers) server->on_exchange_time(now);
  }
  for (const auto& server : resend_) server->on_exchange_time(now);
}

void GatewaySet::shut_down() {
  for (const auto& [venue, servers] : servers_) {
    for (const auto& server : servers) server->shut_down();
  }
  for (const auto& server : resend_) server->shut_down();
}

bool GatewaySet::idle() const {
  return all_idle(resend_) && std::all_of(servers_.begin(), servers_.end(),
                                          [](const auto& venue) { return all_idle(venue.second); });
}

}  // namespace indexcast::sim
