#include "feedhandlers/simulator/gateway_server.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <utility>

#include "feedhandlers/simulator/gateway_connection.h"

namespace indexcast::sim {
namespace {

using boost::asio::ip::tcp;

// Heartbeat intervals are whole seconds: a fifth of one keeps them punctual enough.
constexpr std::chrono::milliseconds kTick{200};

}  // namespace

GatewayServer::GatewayServer(boost::asio::io_context& io, const feed::Endpoint& address,
                             ProtocolFactory protocol, std::size_t backlog_limit,
                             TransportCounts& counts)
    : acceptor_(io, tcp::endpoint(boost::asio::ip::make_address(address.host), address.port)),
      timer_(io),
      protocol_(std::move(protocol)),
      backlog_limit_(backlog_limit),
      counts_(counts) {
  accept();
  tick();
}

GatewayServer::~GatewayServer() = default;

std::size_t GatewayServer::logged_on() const {
  return static_cast<std::size_t>(
      std::count_if(connections_.begin(), connections_.end(),
                    [](const auto& connection) { return connection->logged_on(); }));
}

void GatewayServer::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) {
      connections_.push_back(std::make_shared<GatewayConnection>(std::move(socket), *this));
      connections_.back()->start();
    }
    accept();
  });
}

void GatewayServer::tick() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    // A copy: a dead client leaves the list while it is walked.
    for (const auto& connection : std::vector(connections_)) connection->tick();
    tick();
  });
}

void GatewayServer::publish(const ExchangeMessage& message) {
  if (message.security != 0) images_[{message.stream, message.security}] = message.bytes;
  for (const auto& connection : std::vector(connections_)) connection->send(message.bytes);
}

void GatewayServer::shut_down() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& connection : std::vector(connections_)) connection->log_out();
}

void GatewayServer::forget(const GatewayConnection& connection) {
  std::erase_if(connections_, [&](const auto& kept) { return kept.get() == &connection; });
}

}  // namespace indexcast::sim
