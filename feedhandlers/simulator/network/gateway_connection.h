// One client of a gateway: the socket around a GatewayServerSession, with a bounded queue. One
// thread.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "feedhandlers/simulator/network/gateway_server.h"
#include "feedhandlers/simulator/network/gateway_server_session.h"

namespace indexcast::sim {

// Lives while an operation on its socket is pending; `server` outlives the io_context's work.
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

}  // namespace indexcast::sim
