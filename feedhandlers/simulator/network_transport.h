// The day on the network, paced by the real clock: gateways over TCP, multicast lines over UDP.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

#include "feedhandlers/simulator/gateway_server.h"
#include "feedhandlers/simulator/multicast_sender.h"
#include "feedhandlers/simulator/settings.h"
#include "feedhandlers/simulator/transport.h"

namespace indexcast::sim {

// Everything runs inside the calls of the interface, on the caller's thread.
class NetworkTransport final : public Transport {
 public:
  // Listens at once. `stop` ends every wait within a tenth of a second and outlives the transport.
  // Throws boost::system::system_error for an address that cannot be used, std::invalid_argument
  // for a speed that is not positive.
  NetworkTransport(const Settings& settings, const std::atomic<bool>& stop);

  // The port of a venue's gateway; 0 when it has none.
  std::uint16_t port(feed::Venue venue) const;

  // Waits for a client at each gateway if the settings say so; the day's clock starts after that.
  void begin(const TradingDay& day) override;
  void deliver(const ExchangeMessage& message) override;
  void end() override;
  const TransportCounts& counts() const override { return counts_; }

 private:
  using Clock = std::chrono::steady_clock;

  void add_gateway(feed::Venue venue, const std::vector<feed::Endpoint>& addresses,
                   GatewayServer::ProtocolFactory protocol);
  bool every_gateway_has_a_client() const;
  bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  // Serves the sockets until `due`, or until `done` answers true.
  template <class Done>
  void serve_until(Clock::time_point due, Done done);

  const Settings settings_;
  const std::atomic<bool>& stop_;
  TransportCounts counts_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::map<feed::Venue, std::unique_ptr<GatewayServer>> gateways_;
  std::unique_ptr<MulticastSender> lines_;
  double speed_ = 1.0;
  TimeNs day_begin_{};
  Clock::time_point real_begin_;
};

}  // namespace indexcast::sim
