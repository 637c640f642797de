#include "server/http/websocket_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket.hpp>
#include <memory>

namespace indexcast::server {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr std::string_view kJsonProtocol = "indexcast.v1.json";
// A command that names a thousand indices has 9 kB.
constexpr std::size_t kLargestCommand = 64 * 1024;
constexpr std::chrono::seconds kHandshakeTimeout{10};
// Half of it without a byte from the client makes Beast send a ping.
constexpr std::chrono::seconds kIdleTimeout{60};

bool asks_for(std::string_view offered, std::string_view protocol) {
  return http::token_list(beast::string_view(offered.data(), offered.size()))
      .exists(beast::string_view(protocol.data(), protocol.size()));
}

std::string_view offered_protocols(const http::request<http::string_body>& request) {
  const auto value = request[http::field::sec_websocket_protocol];
  return {value.data(), value.size()};
}

// At most one read and one write are under way. Reading pauses while the client's queue is full, so
// that answers to commands are bounded by the same queue.
class WebSocketSession : public Connection, public std::enable_shared_from_this<WebSocketSession> {
 public:
  WebSocketSession(HttpShared& shared, beast::tcp_stream stream)
      : shared_(shared),
        socket_(std::move(stream)),
        client_(shared.settings.client_queue, shared.hub, shared.stats, [this] { write(); }) {
    shared_.connections.insert(this);
    shared_.stats.connections.set(shared_.connections.size());
  }

  ~WebSocketSession() override {
    if (joined_) {
      shared_.hub.leave(client_);
      shared_.stats.websockets.set(shared_.stats.websockets.get() - 1);
    }
    shared_.connections.erase(this);
    shared_.stats.connections.set(shared_.connections.size());
  }

  void accept(const http::request<http::string_body>& request) {
    const bool named = !offered_protocols(request).empty();
    socket_.set_option(websocket::stream_base::timeout{kHandshakeTimeout, kIdleTimeout, true});
    socket_.set_option(websocket::stream_base::decorator([named](websocket::response_type& out) {
      out.set(http::field::server, "indexcast");
      if (named) {
        out.set(http::field::sec_websocket_protocol,
                beast::string_view(kJsonProtocol.data(), kJsonProtocol.size()));
      }
    }));
    // The limit is ours to keep: Beast's own resets the connection before the client has read why.
    socket_.read_message_max(0);
    socket_.text(true);
    socket_.async_accept(request,
                         [self = shared_from_this()](error_code error) { self->on_accept(error); });
  }

  void go_away() override { close(websocket::close_code::going_away); }

  void check_progress(TimeNs now) override {
    if (!joined_ || !client_.stalled(now, shared_.settings.client_stall_ms * kNsPerMs)) return;
    shared_.stats.closed_slow.add();
    // A close frame would wait behind what the client does not take.
    drop();
  }

 private:
  void on_accept(error_code error) {
    if (error) return;
    joined_ = true;
    shared_.hub.join(client_);
    shared_.stats.websockets.add();
    read();
  }

  void read() {
    reading_ = true;
    socket_.async_read_some(
        buffer_, kLargestCommand + 1 - buffer_.size(),
        [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
  }

  void on_read(error_code error) {
    reading_ = false;
    if (closing_) return;
    if (error) return drop();
    if (!socket_.got_text()) return refuse(websocket::close_code::unknown_data);
    if (buffer_.size() > kLargestCommand) return refuse(websocket::close_code::too_big);
    if (!socket_.is_message_done()) return read();
    const auto data = buffer_.cdata();
    shared_.hub.handle(client_, {static_cast<const char*>(data.data()), data.size()});
    buffer_.consume(buffer_.size());
    read_when_room();
  }

  void refuse(websocket::close_code code) {
    shared_.stats.bad_commands.add();
    close(code);
  }

  void read_when_room() {
    if (!reading_ && !closing_ && client_.has_room()) read();
  }

  void write() {
    if (writing_ || closing_) return;
    writing_ = true;
    const Frame& frame = client_.front();
    socket_.async_write(
        boost::asio::buffer(*frame),
        [self = shared_from_this()](error_code error, std::size_t) { self->on_write(error); });
  }

  void on_write(error_code error) {
    writing_ = false;
    if (error) return drop();
    shared_.stats.frames_sent.add();
    shared_.stats.bytes_sent.add(client_.front()->size());
    shared_.hub.sent(client_);
    if (closing_) return send_close();
    read_when_room();
    if (!client_.empty()) write();
  }

  void close(websocket::close_code code) {
    if (closing_) return;
    closing_ = true;
    close_code_ = code;
    if (!joined_) return drop();
    if (!writing_) send_close();
  }

  void send_close() {
    socket_.async_close(close_code_, [self = shared_from_this()](error_code) { self->drop(); });
  }

  void drop() {
    closing_ = true;
    error_code ignored;
    beast::get_lowest_layer(socket_).socket().close(ignored);
  }

  HttpShared& shared_;
  websocket::stream<beast::tcp_stream> socket_;
  beast::flat_buffer buffer_;
  StreamClient client_;
  websocket::close_code close_code_ = websocket::close_code::none;
  bool joined_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;
};

}  // namespace

bool subprotocol_is_known(const http::request<http::string_body>& request) {
  const std::string_view offered = offered_protocols(request);
  return offered.empty() || asks_for(offered, kJsonProtocol);
}

void start_websocket(HttpShared& shared, beast::tcp_stream stream,
                     const http::request<http::string_body>& request) {
  // The WebSocket layer keeps time itself; the stream's own timer would cut it short.
  stream.expires_never();
  std::make_shared<WebSocketSession>(shared, std::move(stream))->accept(request);
}

}  // namespace indexcast::server
