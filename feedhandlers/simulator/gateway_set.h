// Everything that a simulated mainland exchange offers to a site's network: for each venue all of
// its gateways, each a full peer of the others. One thread, that of the io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "feedhandlers/simulator/exchange_message.h"
#include "feedhandlers/simulator/fault_book.h"
#include "feedhandlers/simulator/gateway_server.h"
#include "feedhandlers/simulator/settings.h"
#include "feedhandlers/simulator/transport.h"

namespace indexcast::sim {

class GatewaySet {
 public:
  // Listens at once at every configured address of the venues that are not absent today; throws
  // boost::system::system_error when it cannot. All arguments outlive the set.
  GatewaySet(boost::asio::io_context& io, const Settings& settings, FaultBook& faults,
             TransportCounts& counts);

  // In the order of the configured addresses; empty for a venue without gateways.
  std::vector<std::uint16_t> ports(feed::Venue venue) const;
  // Every venue with gateways has a client at one of them.
  bool has_clients() const;
  // Of the mainland only.
  void publish(const ExchangeMessage& message);
  // Exchange time has come this far, in whatever venue.
  void on_exchange_time(TimeNs now);
  void shut_down();
  // Every client has gone.
  bool idle() const;

 private:
  using Servers = std::vector<std::unique_ptr<GatewayServer>>;

  void add(boost::asio::io_context& io, feed::Venue venue,
           const std::vector<feed::Endpoint>& addresses, GatewayServer::ProtocolFactory protocol);

  const Settings& settings_;
  FaultBook& faults_;
  TransportCounts& counts_;
  std::map<feed::Venue, Servers> servers_;
};

}  // namespace indexcast::sim
