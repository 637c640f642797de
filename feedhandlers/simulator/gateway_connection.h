// One client of a gateway: the socket around a GatewaySession, with a bounded queue. One thread.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <memory>

#include "feedhandlers/simulator/gateway_server.h"
#include "feedhandlers/simulator/gateway_session.h"

namespace indexcast::sim {

// Lives while an operation on its socket is pending; `server` outlives the io_context's work.
class GatewayConnection : public std::enable_shared_from_this<GatewayConnection> {
 public:
  GatewayConnection(boost::asio::ip::tcp::socket socket, GatewayServer& server);

  void start() { read(); }
  bool logged_on() const { return session_.logged_on(); }
  void send(feed::Bytes message);
  void tick();
  void log_out();

 private:
  void read();
  void on_read(std::size_t size);
  void send_images();
  // Starts a write unless one is under way; drops the client when too much waits for it.
  void flush();
  void on_written();
  // Closes now, or once what waits is written.
  void close();
  void close_when_written();

  boost::asio::ip::tcp::socket socket_;
  GatewayServer& server_;
  GatewaySession session_;
  std::array<std::byte, 4096> received_{};
  feed::Outbox waiting_;
  feed::Outbox writing_;
  bool closing_ = false;
};

}  // namespace indexcast::sim
