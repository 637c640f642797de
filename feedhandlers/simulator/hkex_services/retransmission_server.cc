#include "feedhandlers/simulator/hkex_services/retransmission_server.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "feedhandlers/simulator/hkex_services/retransmission_session.h"
#include "feedhandlers/simulator/network/day_transport.h"

namespace indexcast::sim {
namespace {

using boost::asio::ip::tcp;

// Fine enough for answers that are late on purpose.
constexpr std::chrono::milliseconds kTimerPeriod{20};

}  // namespace

// Lives while an operation on its socket is pending. What waits for a client is bounded by what it
// asked for: a request a time, each of at most messages_per_request.
class RetransmissionConnection : public std::enable_shared_from_this<RetransmissionConnection> {
 public:
  RetransmissionConnection(tcp::socket socket, RetransmissionServer& server)
      : socket_(std::move(socket)), server_(server), session_(server.state_, session_now()) {
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void read() {
    socket_.async_read_some(
        boost::asio::buffer(received_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          error ? self->close() : self->on_read(size);
        });
  }

  void tick() {
    if (closing_) return;
    closing_ = !session_.on_time(session_now(), waiting_);
    flush();
  }

  void close() {
    if (!socket_.is_open()) return;
    boost::system::error_code ignored;
    socket_.close(ignored);
    server_.forget(*this);
  }

 private:
  void on_read(std::size_t size) {
    if (closing_) return;
    closing_ = !session_.on_bytes(feed::Bytes(received_).first(size), session_now(), waiting_);
    flush();
    if (socket_.is_open() && !closing_) read();
  }

  // Starts a write unless one is under way; closes when all is said.
  void flush() {
    if (!socket_.is_open() || !writing_.empty()) return;
    if (waiting_.empty()) {
      if (closing_) close();
      return;
    }
    writing_.swap(waiting_);
    boost::asio::async_write(
        socket_, boost::asio::buffer(writing_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t) {
          self->writing_.clear();
          error ? self->close() : self->flush();
        });
  }

  tcp::socket socket_;
  RetransmissionServer& server_;
  RetransmissionSession session_;
  std::array<std::byte, 4096> received_{};
  feed::Outbox waiting_;
  feed::Outbox writing_;
  bool closing_ = false;
};

RetransmissionServer::RetransmissionServer(boost::asio::io_context& io,
                                           const feed::Endpoint& address,
                                           RetransmissionState& state)
    : acceptor_(io, tcp::endpoint(boost::asio::ip::make_address(address.host), address.port)),
      timer_(io),
      state_(state),
      port_(acceptor_.local_endpoint().port()) {
  accept();
  tick();
}

RetransmissionServer::~RetransmissionServer() = default;

void RetransmissionServer::accept() {
  acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) {
      connections_.push_back(std::make_shared<RetransmissionConnection>(std::move(socket), *this));
      connections_.back()->read();
    }
    accept();
  });
}

void RetransmissionServer::tick() {
  timer_.expires_after(kTimerPeriod);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    // A copy: a client that leaves is taken off the list while it is walked.
    for (const auto& connection : std::vector(connections_)) connection->tick();
    tick();
  });
}

void RetransmissionServer::shut_down() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& connection : std::vector(connections_)) connection->close();
}

void RetransmissionServer::forget(const RetransmissionConnection& connection) {
  std::erase_if(connections_, [&](const auto& kept) { return kept.get() == &connection; });
}

}  // namespace indexcast::sim
