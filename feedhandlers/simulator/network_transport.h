// The day on the network, paced by the real clock: gateways and retransmission servers over TCP,
// multicast lines over UDP.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "feedhandlers/simulator/day/settings.h"
#include "feedhandlers/simulator/gateway_set.h"
#include "feedhandlers/simulator/hkex_services/hkex_lines.h"
#include "feedhandlers/simulator/hkex_services/retransmission_server.h"
#include "feedhandlers/simulator/network/day_transport.h"
#include "feedhandlers/simulator/network/multicast_sender.h"

namespace indexcast::sim {

// Everything runs inside the calls of the interface, on the caller's thread.
class NetworkTransport final : public DayTransport {
 public:
  // Listens at once. `stop` ends every wait within a tenth of a second and outlives the transport.
  // Throws boost::system::system_error for an address that cannot be used, std::invalid_argument
  // for a speed that is not positive.
  NetworkTransport(const Settings& settings, const std::atomic<bool>& stop);

  // The ports of a venue's gateways, in the order of the settings; empty for a venue without.
  std::vector<std::uint16_t> ports(feed::Venue venue) const { return gateways_.ports(venue); }
  // The first of them; 0 when there is none.
  std::uint16_t port(feed::Venue venue) const;
  // The ports of HKEX's retransmission servers, in the order of the settings.
  std::vector<std::uint16_t> retransmission_ports() const;

  // Waits for a client of each venue if the settings say so; the day's clock starts after that.
  void begin(const SimulatedDay& day) override;
  void deliver(const ExchangeMessage& message) override;
  void end() override;
  const TransportCounts& counts() const override { return counts_; }
  const FaultCounts& fault_counts() const override { return faults_.counts(); }

 private:
  using Clock = std::chrono::steady_clock;

  bool stopped() const { return stop_.load(std::memory_order_relaxed); }
  // Serves the sockets until `due`, or until `done` answers true.
  template <class Done>
  void serve_until(Clock::time_point due, Done done);
  Clock::time_point due_at(TimeNs exchange_time) const;
  // Waits until `exchange_time` and sends what HKEX's lines carry meanwhile.
  void pass_time(TimeNs exchange_time);
  // Serves the sockets after the day, until `done` answers true or patience ends.
  template <class Done>
  void linger_until(Clock::time_point deadline, Done done);

  const Settings settings_;
  const std::atomic<bool>& stop_;
  TransportCounts counts_;
  FaultBook faults_;
  RetransmissionState retransmission_state_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  GatewaySet gateways_;
  std::vector<std::unique_ptr<RetransmissionServer>> retransmission_;
  std::unique_ptr<MulticastSender> sender_;
  HkexLines::Send send_;
  HkexLines lines_;
  double speed_ = 1.0;
  TimeNs day_begin_{};
  TimeNs last_{};
  Clock::time_point real_begin_;
};

}  // namespace indexcast::sim
