// One of HKEX's retransmission servers on the network. One thread, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "feedhandlers/simulator/hkex_services/retransmission_state.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

class RetransmissionConnection;

class RetransmissionServer {
 public:
  // Listens at once; throws boost::system::system_error when it cannot.
  // `state` outlives the server.
  RetransmissionServer(boost::asio::io_context& io, const feed::Endpoint& address,
                       RetransmissionState& state);
  ~RetransmissionServer();

  // The port in use, also when 0 was asked for.
  std::uint16_t port() const { return port_; }
  bool idle() const { return connections_.empty(); }
  // Closes every connection and accepts no more.
  void shut_down();

 private:
  friend class RetransmissionConnection;

  void accept();
  void tick();
  void forget(const RetransmissionConnection& connection);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;
  RetransmissionState& state_;
  std::uint16_t port_;
  std::vector<std::shared_ptr<RetransmissionConnection>> connections_;
};

}  // namespace indexcast::sim
