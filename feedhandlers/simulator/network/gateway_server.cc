#include "feedhandlers/simulator/network/gateway_server.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "feedhandlers/simulator/network/gateway_connection.h"

namespace indexcast::sim {
namespace {

using boost::asio::ip::tcp;

// Heartbeat intervals are whole seconds: a fifth of one keeps them punctual enough.
constexpr std::chrono::milliseconds kTick{200};

}  // namespace

GatewayServer::GatewayServer(boost::asio::io_context& io, const feed::Endpoint& address,
                             ProtocolFactory protocol, std::size_t backlog_limit,
                             TransportCounts& counts, GatewayFaults faults)
    : acceptor_(io, tcp::endpoint(boost::asio::ip::make_address(address.host), address.port)),
      timer_(io),
      protocol_(std::move(protocol)),
      backlog_limit_(backlog_limit),
      counts_(counts),
      faults_(std::move(faults)) {
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
    if (!error) admit(std::move(socket));
    accept();
  });
}

bool GatewayServer::holds_its_session() const {
  return faults_.venue() == feed::Venue::szse && !connections_.empty();
}

void GatewayServer::admit(tcp::socket socket) {
  if (!holds_its_session()) {
    connections_.push_back(std::make_shared<GatewayConnection>(std::move(socket), *this));
    return connections_.back()->start();
  }
  // The end of the old connection may already be queued; check again after it was handled.
  boost::asio::post(timer_.get_executor(), [this, held = std::move(socket)]() mutable {
    if (holds_its_session()) {
      ++counts_.connections_blocked;
      return;  // closes the socket
    }
    connections_.push_back(std::make_shared<GatewayConnection>(std::move(held), *this));
    connections_.back()->start();
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
  on_exchange_time(message.exchange_time);
  if (message.security != 0) images_[{message.stream, message.security}] = message.bytes;
  if (message.tick > 0 && logged_on() > 0 && faults_.tick_lost(message.channel)) return;
  send_to_all(message.bytes);
}

// An instant's fault waits until there is a client that can see it.
void GatewayServer::on_exchange_time(TimeNs now) {
  faults_.on_time(now);
  if (logged_on() == 0) return;
  if (const auto wrong = faults_.wrong_day_due()) {
    if (send_wrong_day(*wrong, now)) faults_.happened(FaultKind::wrong_day_image);
  }
  if (const auto code = faults_.logout_due()) {
    log_all_out(*code);
    faults_.happened(FaultKind::logout);
  }
}

void GatewayServer::send_to_all(feed::Bytes message) {
  for (const auto& connection : std::vector(connections_)) connection->send(message);
}

void GatewayServer::log_all_out(std::int64_t code) {
  for (const auto& connection : std::vector(connections_)) connection->log_out("moved", code);
}

bool GatewayServer::send_wrong_day(const GatewayFaults::WrongDay& wanted, TimeNs now) {
  std::vector<feed::Bytes> images;
  for (const auto& [key, image] : images_) {
    const auto& [stream, security] = key;
    if (stream == 0 && (wanted.security == 0 || wanted.security == security)) {
      images.emplace_back(image);
    }
  }
  if (images.empty()) return false;
  const Date day = china_date({now.ns - wanted.days * kNsPerDay});
  const feed::Bytes image = images[wanted.draw % images.size()];
  send_to_all(faults_.venue() == feed::Venue::sse ? sse_image_of_day(image, day)
                                                  : szse_image_of_day(image, day));
  return true;
}

void GatewayServer::shut_down() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& connection : std::vector(connections_))
    connection->log_out("end of day", std::nullopt);
}

void GatewayServer::forget(const GatewayConnection& connection) {
  std::erase_if(connections_, [&](const auto& kept) { return kept.get() == &connection; });
}

}  // namespace indexcast::sim
