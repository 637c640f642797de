// Everything that the simulated mainland exchanges offer to a site: for each venue all of its
// gateways, each a full peer of the others; Shenzhen's resend gateways, or its multicast lines in
// place of the realtime ones; the file that Shanghai's gateway writes. One thread, that of the
// io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/faults/fault_book.h"
#include "feedhandlers/simulator/network/day_transport.h"
#include "feedhandlers/simulator/network/gateway_protocol.h"
#include "feedhandlers/simulator/network/gateway_server.h"
#include "feedhandlers/simulator/network/mddp_sender.h"
#include "feedhandlers/simulator/network/multicast_sender.h"
#include "feedhandlers/simulator/venues/mktdt_writer.h"

namespace indexcast::sim {

class GatewaySet {
 public:
  // Listens at once at every configured address of the venues that are not absent today; throws
  // boost::system::system_error when it cannot, std::system_error for the file. All arguments
  // outlive the set.
  GatewaySet(boost::asio::io_context& io, const Settings& settings, FaultBook& faults,
             TransportCounts& counts);

  // In the order of the configured addresses; empty for a venue without gateways.
  std::vector<std::uint16_t> ports(feed::Venue venue) const;
  std::vector<std::uint16_t> resend_ports() const;
  // Counts of the multicast lines and the file so far.
  MddpCounts mddp_counts() const { return mddp_ ? mddp_->counts() : MddpCounts{}; }
  std::uint64_t file_rounds() const { return file_ ? file_->rounds() : 0; }
  // Every venue with gateways has a client at one of them.
  bool has_clients() const;
  // Takes messages of the mainland only.
  void publish(const ExchangeMessage& message);
  // Exchange time has come this far, in whatever venue.
  void on_exchange_time(TimeNs now);
  void shut_down();
  // Every client has gone.
  bool idle() const;

 private:
  using Servers = std::vector<std::unique_ptr<GatewayServer>>;

  // `protocol` makes the protocol of a gateway for one connection.
  template <class Gateway, class Protocol>
  void listen(boost::asio::io_context& io, Servers& servers, feed::Venue venue,
              const std::vector<Gateway>& gateways, const Protocol& protocol);
  void open_shenzhen(boost::asio::io_context& io);

  const Settings& settings_;
  FaultBook& faults_;
  TransportCounts& counts_;
  std::map<feed::Venue, Servers> servers_;
  TickStore ticks_;
  Servers resend_;
  std::unique_ptr<MulticastSender> multicast_;
  std::unique_ptr<MddpSender> mddp_;
  std::unique_ptr<MktdtWriter> file_;
};

}  // namespace indexcast::sim
