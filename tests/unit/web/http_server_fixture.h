// A server on a port of its own before a core that says what a test tells it to, and real clients.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>

#include "server/web/http_server.h"
#include "tests/support/core_stub.h"

namespace indexcast::server {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using nlohmann::json;

// A real WebSocket client, blocking.
class StreamReader {
 public:
  explicit StreamReader(std::uint16_t port, const std::string& protocol = "indexcast.v1.json",
                        int receive_buffer = 0) {
    auto& socket = socket_.next_layer();
    socket.open(tcp::v4());
    if (receive_buffer > 0) {
      socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
    }
    socket.connect({asio::ip::address_v4::loopback(), port});
    if (!protocol.empty()) {
      socket_.set_option(
          websocket::stream_base::decorator([protocol](websocket::request_type& request) {
            request.set(http::field::sec_websocket_protocol, protocol);
          }));
    }
    websocket::response_type response;
    socket_.handshake(response, "localhost", "/v1/stream");
    protocol_ = std::string(response[http::field::sec_websocket_protocol]);
  }

  void send(const std::string& text) { socket_.write(asio::buffer(text)); }
  void send_binary(const std::string& bytes) {
    socket_.binary(true);
    socket_.write(asio::buffer(bytes));
  }
  std::string read_text() {
    beast::flat_buffer buffer;
    socket_.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }
  json read() { return json::parse(read_text()); }
  // Reads past heartbeats to the next message of `type`.
  json read_type(const std::string& type) {
    json message = read();
    while (message["type"] == "heartbeat" && type != "heartbeat") message = read();
    EXPECT_EQ(message["type"], type) << message;
    return message;
  }
  // The code of the close frame that ends the stream, or the error that did.
  int read_to_close() {
    beast::flat_buffer buffer;
    boost::system::error_code error;
    while (!error) {
      socket_.read(buffer, error);
      buffer.consume(buffer.size());
    }
    return error == websocket::error::closed ? socket_.reason().code : -1;
  }
  const std::string& protocol() const { return protocol_; }

 private:
  asio::io_context context_;
  websocket::stream<tcp::socket> socket_{context_};
  std::string protocol_;
};

class HttpServerTest : public testing::Test {
 protected:
  explicit HttpServerTest(HttpSettings settings = local(), std::size_t ring = 1 << 14)
      : core_(ring), server_(settings, core_.view(), Clock(), {&other_}) {
    server_.start();
  }

  static HttpSettings local() {
    HttpSettings settings;
    settings.port = 0;
    return settings;
  }

  http::response<http::string_body> request(http::verb verb, const std::string& target,
                                            std::string body = {}) {
    http::request<http::string_body> request(verb, target, 11);
    request.set(http::field::host, "localhost");
    request.body() = std::move(body);
    request.prepare_payload();
    tcp::socket socket = connect();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    if (verb == http::verb::head) parser.skip(true);
    http::read(socket, buffer, parser);
    return parser.release();
  }
  http::response<http::string_body> get(const std::string& target) {
    return request(http::verb::get, target);
  }
  json get_json(const std::string& target) { return json::parse(get(target).body()); }

  // Sends bytes as they are, returns all that comes back until the server closes.
  std::string send_raw(const std::string& bytes) {
    tcp::socket socket = connect();
    boost::system::error_code error;
    asio::write(socket, asio::buffer(bytes), error);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer;
  }

  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), server_.port()});
    return socket;
  }

  // Returns when the server's thread has read all that was written.
  void settle() {
    while (server_.stats().cursor.get() < core_.ring.head()) std::this_thread::yield();
  }

  asio::io_context context_;
  CoreStub core_;
  PublisherStats other_{"zeromq"};
  HttpServer server_;
};

}  // namespace indexcast::server
