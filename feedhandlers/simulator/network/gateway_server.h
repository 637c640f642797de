// One mainland gateway on the network: accepts clients, runs their sessions, sends them the day.
// One thread, that of its io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/simulator/network/day_transport.h"
#include "feedhandlers/simulator/network/gateway_faults.h"
#include "feedhandlers/simulator/network/gateway_protocol.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

class GatewayConnection;

class GatewayServer {
 public:
  // Given the gateway's faults, which outlive what it makes.
  using ProtocolFactory = std::function<std::unique_ptr<GatewayProtocol>(GatewayFaults&)>;

  // Listens at once; throws boost::system::system_error when it cannot. `backlog_limit`: bytes
  // queued for one client before it is disconnected. `counts` outlives the server. A gateway of
  // Shenzhen serves one connection per port (S117 2.2.1) and closes further ones at once.
  GatewayServer(boost::asio::io_context& io, const feed::Endpoint& address,
                ProtocolFactory protocol, std::size_t backlog_limit, TransportCounts& counts,
                GatewayFaults faults);
  ~GatewayServer();

  // The port in use, also when 0 was asked for.
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::size_t logged_on() const;
  bool idle() const { return connections_.empty(); }

  // Sends to every client that is logged on; the latest image of each security is kept for later
  // clients. Faults that are due by then are carried out first.
  void publish(const ExchangeMessage& message);
  // Exchange time passes without a message.
  void on_exchange_time(TimeNs now);
  // Logs every client out and accepts no more.
  void shut_down();

 private:
  friend class GatewayConnection;

  void accept();
  void admit(boost::asio::ip::tcp::socket socket);
  bool holds_its_session() const;
  void tick();
  void forget(const GatewayConnection& connection);
  void send_to_all(feed::Bytes message);
  void log_all_out(std::int64_t code);
  bool send_wrong_day(const GatewayFaults::WrongDay& wanted, TimeNs now);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;
  ProtocolFactory protocol_;
  std::size_t backlog_limit_;
  TransportCounts& counts_;
  GatewayFaults faults_;
  std::vector<std::shared_ptr<GatewayConnection>> connections_;
  // By stream and security.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::byte>> images_;
};

}  // namespace indexcast::sim
