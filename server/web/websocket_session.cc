#include "server/web/websocket_session.h"

#include <fmt/format.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket.hpp>

#include "server/web/control_stream.h"

namespace indexcast::server {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr std::string_view kJsonProtocol = "indexcast.v1.json";
constexpr std::string_view kProtobufProtocol = "indexcast.v1.protobuf";
// How long a client that is closed for its slowness may still take the reason.
constexpr std::int64_t kLastWordNs = kNsPerSecond;

std::string_view header_of(const HandshakeRequest& request, http::field field) {
  const auto value = request[field];
  return {value.data(), value.size()};
}

// The first of ours among those offered; empty when none is.
std::string_view chosen_protocol(const HandshakeRequest& request) {
  const auto offered = request[http::field::sec_websocket_protocol];
  for (const auto& token : http::token_list(offered)) {
    const std::string_view name(token.data(), token.size());
    if (name == kJsonProtocol) return kJsonProtocol;
    if (name == kProtobufProtocol) return kProtobufProtocol;
  }
  return {};
}

// A part of `whole` that lies evenly between those of the ids before: by the golden ratio.
std::int64_t share_of(std::uint64_t id, std::int64_t whole) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  const auto part = static_cast<double>(id * kGoldenRatio >> 11) / static_cast<double>(1ull << 53);
  return static_cast<std::int64_t>(part * static_cast<double>(whole));
}

// At most one read and one write are under way. Reading pauses while the client's queue is full, so
// that answers to commands are bounded by the same queue.
class WebSocketSession : public Connection, public WriteObserver {
 public:
  WebSocketSession(WorkerShared& shared, std::unique_ptr<Transport> transport,
                   std::unique_ptr<ConnectionRegistry::Entry> entry)
      : shared_(shared),
        transport_(std::move(transport)),
        entry_(std::move(entry)),
        client_(Encoding::json,
                {shared.settings.client_queue, shared.settings.commands_per_second,
                 shared.settings.replay_bytes_per_s},
                *entry_, shared.hub.source(), shared.stats, [this] { writer_.wake(); }),
        writer_(*transport_, client_.queue(), *this),
        socket_(*transport_, writer_),
        since_(shared.hub.now()) {
    shared_.connections.insert(this);
    shared_.stats.connections.set(shared_.connections.size());
  }

  ~WebSocketSession() override {
    leave_hub();
    shared_.connections.erase(this);
    shared_.stats.connections.set(shared_.connections.size());
  }

  void accept(const HandshakeRequest& request) {
    const HttpSettings& settings = shared_.settings;
    protocol_ = chosen_protocol(request);
    socket_.set_option(websocket::stream_base::timeout{std::chrono::seconds(settings.handshake_s),
                                                       std::chrono::seconds(settings.idle_s),
                                                       /*keep_alive_pings=*/true});
    if (settings.deflate) offer_deflate();
    socket_.set_option(websocket::stream_base::decorator(
        [this](websocket::response_type& out) { decorate(out); }));
    // The limit is ours to keep: Beast's own resets the connection before the client has read why.
    socket_.read_message_max(0);
    socket_.async_accept(request, [self = self()](error_code error) {
      self->guard(self->shared_.stats, [&] { self->on_accept(error); });
    });
  }

  // A close frame passes the frames that wait, so it comes once they were taken.
  void go_away() override {
    leaving_ = true;
    if (!joined_ || client_.queue().empty()) close_stopped();
  }

  bool is_sending() const override { return !client_.queue().empty(); }

  void check_progress(TimeNs now) override {
    const HttpSettings& settings = shared_.settings;
    if (drop_at_.ns != 0 && now > drop_at_) return drop();
    if (!joined_ || closing_) return;
    if (is_due(now)) return close({websocket::close_code::going_away, "the server is drained"});
    if (writer_.stalled(now, settings.client_stall_ms * kNsPerMs)) return close_slow(now);
    if (!client_.rights() && now - since_ > settings.handshake_s * kNsPerSecond) {
      shared_.stats.closed_fault.add();
      close({websocket::close_code::policy_error, "no token came"});
    }
  }

  void on_written(const OutboundQueue::Written& written, std::size_t bytes) override {
    shared_.stats.frames_sent.add(written.frames);
    shared_.stats.bytes_sent.add(bytes);
    entry_->sent.fetch_add(written.frames, std::memory_order_relaxed);
    if (!joined_ || closing_) return;
    guard(shared_.stats, [this] {
      shared_.hub.written(client_);
      if (leaving_ && client_.queue().empty()) return close_stopped();
      read_when_room();
    });
  }

  void abandon() override {
    leave_hub();
    drop();
  }

  void on_write_failed() override { drop(); }

  TimeNs now() const override { return shared_.hub.now(); }

 private:
  std::shared_ptr<WebSocketSession> self() {
    return std::static_pointer_cast<WebSocketSession>(shared_from_this());
  }

  // Without context takeover the same compressed bytes serve every client, and a client costs no
  // compressor of its own.
  void offer_deflate() {
    websocket::permessage_deflate deflate;
    deflate.server_enable = true;
    deflate.server_no_context_takeover = true;
    deflate.client_no_context_takeover = true;
    socket_.set_option(deflate);
  }

  void decorate(websocket::response_type& out) {
    out.set(http::field::server, "indexcast");
    if (!protocol_.empty()) {
      out.set(http::field::sec_websocket_protocol,
              beast::string_view(protocol_.data(), protocol_.size()));
    }
    const bool deflated = out.count(http::field::sec_websocket_extensions) > 0;
    client_.set_encoding(encoding_of(protocol_ == kProtobufProtocol, deflated));
  }

  void on_accept(error_code error) {
    if (error) return end();
    joined_ = true;
    entry_->set_protocol(protocol_.empty() ? kJsonProtocol : protocol_);
    shared_.hub.join(client_);
    shared_.stats.websockets.add();
    read();
  }

  void leave_hub() {
    if (!joined_) return;
    joined_ = false;
    shared_.hub.leave(client_);
    shared_.stats.websockets.set(shared_.stats.websockets.get() - 1);
  }

  void read() {
    reading_ = true;
    socket_.async_read_some(buffer_, shared_.settings.client_message + 1 - buffer_.size(),
                            [self = self()](error_code error, std::size_t) {
                              self->guard(self->shared_.stats, [&] { self->on_read(error); });
                            });
  }

  void on_read(error_code error) {
    reading_ = false;
    if (closing_) return;
    if (error) return on_read_error(error);
    const bool binary = is_binary(client_.encoding());
    if (socket_.got_binary() != binary) {
      return close_fault({websocket::close_code::unknown_data,
                          binary ? "binary messages only" : "text messages only"});
    }
    if (buffer_.size() > shared_.settings.client_message)
      return close_fault({websocket::close_code::too_big, "the message is too large"});
    if (!socket_.is_message_done()) return read();
    const auto data = buffer_.cdata();
    shared_.hub.handle(client_, {static_cast<const char*>(data.data()), data.size()});
    buffer_.consume(buffer_.size());
    read_when_room();
  }

  // Beast has closed with a word of its own by now where the protocol has one.
  void on_read_error(error_code error) {
    const bool of_protocol =
        error.category() == make_error_code(websocket::error::closed).category();
    if (of_protocol && error != websocket::error::closed) shared_.stats.closed_fault.add();
    if (error == beast::error::timeout) shared_.stats.closed_idle.add();
    of_protocol ? end() : drop();
  }

  void read_when_room() {
    if (!reading_ && !closing_ && client_.has_room()) read();
  }

  // Whether a drained server has been patient with this client for long enough.
  bool is_due(TimeNs now) const {
    const ServiceState* service = shared_.sources.view.service;
    const TimeNs since = service == nullptr ? TimeNs{} : service->since();
    if (since.ns == 0) return false;
    const std::int64_t patience_ns =
        shared_.settings.drain_grace_s * kNsPerSecond +
        share_of(entry_->id(), shared_.settings.drain_spread_s * kNsPerSecond);
    return now - since > patience_ns;
  }

  void close_stopped() { close({websocket::close_code::going_away, "the server stops"}); }

  void close_slow(TimeNs now) {
    shared_.stats.closed_slow.add();
    drop_at_ = now + kLastWordNs;
    close({websocket::close_code::try_again_later,
           fmt::format("nothing was taken for {} ms", shared_.settings.client_stall_ms)});
  }

  void close_fault(const websocket::close_reason& reason) {
    shared_.stats.bad_commands.add();
    shared_.stats.closed_fault.add();
    close(reason);
  }

  void close(const websocket::close_reason& reason) {
    if (closing_) return;
    closing_ = true;
    if (!joined_) return drop();
    leave_hub();
    socket_.async_close(reason,
                        [self = self()](error_code error) { error ? self->drop() : self->end(); });
  }

  void drop() {
    closing_ = true;
    if (transport_) transport_->close();
  }

  // Nothing is under way any more: the session is gone once the handler that called has returned.
  void end() {
    closing_ = true;
    leave_hub();
    linger(std::move(transport_));
  }

  WorkerShared& shared_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<ConnectionRegistry::Entry> entry_;
  StreamClient client_;
  GatheredWriter<Transport> writer_;
  websocket::stream<ControlStream> socket_;
  beast::flat_buffer buffer_;
  std::string_view protocol_;
  const TimeNs since_;
  TimeNs drop_at_{};  // 0: not yet
  bool joined_ = false;
  bool reading_ = false;
  bool closing_ = false;
  bool leaving_ = false;  // the server stops: closes once the frames that wait were taken
};

}  // namespace

bool subprotocol_is_known(const HandshakeRequest& request) {
  return header_of(request, http::field::sec_websocket_protocol).empty() ||
         !chosen_protocol(request).empty();
}

void start_websocket(WorkerShared& shared, std::unique_ptr<Transport> transport,
                     std::unique_ptr<ConnectionRegistry::Entry> entry,
                     const HandshakeRequest& request) {
  std::make_shared<WebSocketSession>(shared, std::move(transport), std::move(entry))
      ->accept(request);
}

}  // namespace indexcast::server
