#include "feedhandlers/simulator/network/gateway_server.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "feedhandlers/simulator/network/day_transport.h"
#include "feedhandlers/simulator/network/gateway_server_session.h"

namespace indexcast::sim {

// Lives while an operation on its socket is pending; `server` outlives the io_context's work.
// Owns the socket of one client, runs its GatewayServerSession and queues its output, with a limit.
// One thread.
class GatewayConnection : public std::enable_shared_from_this<GatewayConnection> {
 public:
  GatewayConnection(boost::asio::ip::tcp::socket socket, GatewayServer& server);

  void start() { read(); }
  bool logged_on() const { return session_.logged_on(); }
  void send(feed::Bytes message);
  void tick();
  void log_out(const std::string& text, std::optional<std::int64_t> code);

 private:
  void read();
  void on_read(std::size_t size);
  // False: close once what waits is written.
  bool send_images();
  bool queue(feed::Bytes message);
  // Starts a write unless one is under way; drops the client when too much waits for it.
  void flush();
  void write();
  void on_written();
  // Closes now, or once what waits is written.
  void close();
  void close_when_written();
  // Slow: from now on what waits leaves in pieces, until all of it has left.
  void pace(std::size_t size, std::int64_t ms);
  void write_piece();

  boost::asio::ip::tcp::socket socket_;
  GatewayServer& server_;
  GatewayServerSession session_;
  std::array<std::byte, 4096> received_{};
  feed::Outbox waiting_;
  feed::Outbox writing_;
  std::size_t piece_ = 0;  // bytes every kPieceEvery; 0: not slow
  boost::asio::steady_timer pieces_;
  bool closing_ = false;
};

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
