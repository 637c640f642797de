#include "feedhandlers/simulator/network/gateway_connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "feedhandlers/simulator/network/session_clock.h"

namespace indexcast::sim {
namespace {

// A slow gateway's bytes leave this often.
constexpr std::chrono::milliseconds kPieceEvery{10};

}  // namespace

GatewayConnection::GatewayConnection(boost::asio::ip::tcp::socket socket, GatewayServer& server)
    : socket_(std::move(socket)),
      server_(server),
      session_(server.protocol_(server.faults_), session_now(), &server.faults_),
      pieces_(socket_.get_executor()) {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void GatewayConnection::read() {
  socket_.async_read_some(
      boost::asio::buffer(received_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
        error ? self->close() : self->on_read(size);
      });
}

void GatewayConnection::on_read(std::size_t size) {
  const bool was_logged_on = session_.logged_on();
  bool open = session_.on_bytes(feed::Bytes(received_).first(size), session_now(), waiting_);
  if (!was_logged_on && session_.logged_on()) open = send_images();
  if (session_.refused()) ++server_.counts_.logons_refused;
  if (const auto ms = session_.take_answer_ms()) pace(waiting_.size(), *ms);
  flush();
  if (!socket_.is_open()) return;
  open ? read() : close_when_written();
}

bool GatewayConnection::send_images() {
  ++server_.counts_.sessions;
  return std::all_of(server_.images_.begin(), server_.images_.end(),
                     [this](const auto& image) { return queue(image.second); });
}

bool GatewayConnection::queue(feed::Bytes message) {
  const bool open = session_.send(message, session_now(), waiting_);
  if (session_.logged_on()) {
    if (const auto ms = server_.faults_.slow_ms()) pace(message.size(), *ms);
  }
  return open;
}

void GatewayConnection::send(feed::Bytes message) {
  if (closing_) return;
  const bool open = queue(message);
  flush();
  if (!open) close_when_written();
}

void GatewayConnection::tick() {
  if (!session_.on_time(session_now(), waiting_)) return close();
  flush();
}

void GatewayConnection::log_out(const std::string& text, std::optional<std::int64_t> code) {
  session_.log_out(text, session_now(), waiting_, code);
  flush();
}

void GatewayConnection::pace(std::size_t size, std::int64_t ms) {
  piece_ = std::max<std::size_t>(
      1, size * static_cast<std::size_t>(kPieceEvery.count()) / static_cast<std::size_t>(ms));
}

void GatewayConnection::write_piece() {
  const auto part = static_cast<std::ptrdiff_t>(std::min(piece_, waiting_.size()));
  writing_.assign(waiting_.begin(), waiting_.begin() + part);
  waiting_.erase(waiting_.begin(), waiting_.begin() + part);
  if (waiting_.empty()) piece_ = 0;
  pieces_.expires_after(kPieceEvery);
  pieces_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error) self->write();
  });
}

void GatewayConnection::flush() {
  if (!socket_.is_open()) return;
  if (waiting_.size() > server_.backlog_limit_) {
    ++server_.counts_.slow_clients_dropped;
    return close();
  }
  if (!writing_.empty() || waiting_.empty()) return;
  if (piece_ > 0) return write_piece();
  writing_.swap(waiting_);
  write();
}

void GatewayConnection::write() {
  boost::asio::async_write(
      socket_, boost::asio::buffer(writing_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t) {
        error ? self->close() : self->on_written();
      });
}

void GatewayConnection::on_written() {
  writing_.clear();
  flush();
  if (closing_ && writing_.empty()) close();
}

void GatewayConnection::close_when_written() {
  closing_ = true;
  if (writing_.empty()) close();
}

void GatewayConnection::close() {
  if (!socket_.is_open()) return;
  boost::system::error_code ignored;
  socket_.close(ignored);
  server_.forget(*this);
}

}  // namespace indexcast::sim
