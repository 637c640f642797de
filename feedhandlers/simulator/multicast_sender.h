// Sends HKEX packets on both lines of their channels, without those that each line is to lose. TTL
// 0 and loopback: nothing leaves the machine.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <map>

#include "feedhandlers/simulator/exchange_message.h"
#include "feedhandlers/simulator/line_loss.h"
#include "feedhandlers/simulator/settings.h"
#include "feedhandlers/simulator/transport.h"

namespace indexcast::sim {

class MulticastSender {
 public:
  // Throws boost::system::system_error when the interface or an address cannot be used. `counts`
  // outlives the sender.
  MulticastSender(boost::asio::io_context& io, const Settings& settings, TransportCounts& counts);

  void publish(const ExchangeMessage& packet);

 private:
  using Lines = std::array<boost::asio::ip::udp::endpoint, 2>;

  boost::asio::ip::udp::socket socket_;
  std::map<std::uint32_t, Lines> channels_;
  LineLoss loss_;
  TransportCounts& counts_;
};

}  // namespace indexcast::sim
