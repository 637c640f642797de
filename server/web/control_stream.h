// The layer below Beast's WebSocket stream. Beast reads through it as from any socket; what Beast
// writes (the handshake's answer, pongs, pings, close frames) goes through the client's one queue.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>
#include <string>
#include <utility>

#include "server/web/gathered_writer.h"
#include "server/web/transport.h"

namespace indexcast::server {

class ControlStream {
 public:
  using executor_type = Transport::executor_type;

  ControlStream(Transport& transport, GatheredWriter<Transport>& writer)
      : transport_(transport), writer_(writer) {}

  executor_type get_executor() { return transport_.get_executor(); }
  Transport& transport() { return transport_; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    transport_.async_read_some(buffers, std::forward<Handler>(handler));
  }

  // Copied: a control frame has at most 131 bytes, and must not come apart.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    namespace asio = boost::asio;
    std::string bytes(asio::buffer_size(buffers), '\0');
    asio::buffer_copy(asio::buffer(bytes), buffers);
    const auto executor = asio::get_associated_executor(handler, get_executor());
    // A handler can only be moved, and a std::function wants to be copied.
    auto waiting = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
    writer_.write_control(
        std::move(bytes), [waiting, executor](boost::system::error_code error, std::size_t size) {
          asio::post(executor, [done = std::move(*waiting), error, size]() mutable {
            std::move(done)(error, size);
          });
        });
  }

  friend void beast_close_socket(ControlStream& stream) { stream.transport_.close(); }

  // The session lingers itself once Beast is done.
  template <class Handler>
  friend void async_teardown(boost::beast::role_type, ControlStream& stream, Handler&& handler) {
    boost::asio::post(stream.get_executor(), [done = std::forward<Handler>(handler)]() mutable {
      std::move(done)(boost::system::error_code());
    });
  }

 private:
  Transport& transport_;
  GatheredWriter<Transport>& writer_;
};

}  // namespace indexcast::server
