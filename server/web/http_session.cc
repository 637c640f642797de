#include "server/web/http_session.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <cctype>
#include <chrono>
#include <optional>
#include <utility>

#include "server/web/routes.h"
#include "server/web/transport.h"
#include "server/web/websocket_session.h"

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kLargestHeader = 8 * 1024;
constexpr std::size_t kLargestBody = 64 * 1024;
// For an answer to be taken, and between two requests of a connection that is kept.
constexpr std::chrono::seconds kAnswerTimeout{30};

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

Request request_of(const HandshakeRequest& message) {
  return {.method = view_of(message.method_string()),
          .target = view_of(message.target()),
          .host = view_of(message[http::field::host]),
          .origin = view_of(message[http::field::origin]),
          .authorization = view_of(message[http::field::authorization]),
          .if_none_match = view_of(message[http::field::if_none_match])};
}

void set_cross_origin(const Response& response, http::response<http::string_body>& message) {
  message.set(http::field::vary, "Origin");
  if (response.allow_origin.empty()) return;
  message.set(http::field::access_control_allow_origin, response.allow_origin);
  message.set(http::field::access_control_expose_headers, "ETag, Retry-After");
  if (!response.preflight) return;
  message.set(http::field::access_control_allow_methods, "GET, HEAD");
  message.set(http::field::access_control_allow_headers, "Authorization, If-None-Match");
  message.set(http::field::access_control_max_age, "600");
}

http::response<http::string_body> message_of(const Response& response, bool keep_alive, bool head) {
  http::response<http::string_body> message;
  message.result(response.status);
  message.set(http::field::server, "indexcast");
  if (!response.body.empty()) message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, response.cache_control);
  message.set("X-Content-Type-Options", "nosniff");
  if (!response.etag.empty()) message.set(http::field::etag, response.etag);
  if (response.status == 405 || response.preflight) message.set(http::field::allow, response.allow);
  if (response.status == 426) {
    message.set(http::field::upgrade, "websocket");
    message.set(http::field::sec_websocket_version, "13");
  }
  if (response.status == 401) message.set(http::field::www_authenticate, "Bearer");
  if (response.retry_after_s > 0)
    message.set(http::field::retry_after, std::to_string(response.retry_after_s));
  set_cross_origin(response, message);
  message.keep_alive(keep_alive);
  // RFC 9110: neither has a length when it has no body.
  if (response.status != 204 && response.status != 304)
    message.content_length(response.body.size());
  if (!head) message.body() = response.body;
  return message;
}

// RFC 6455, 4.1: sixteen bytes in base64, which Beast does not look at.
bool key_is_valid(const HandshakeRequest& message) {
  const std::string_view key = view_of(message[http::field::sec_websocket_key]);
  const auto in_base64 = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/'; };
  return key.size() == 24 && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, 22), in_base64);
}

class HttpSession : public Connection, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(WorkerShared& shared, tcp::socket socket,
              std::unique_ptr<ConnectionRegistry::Entry> entry)
      : shared_(shared),
        transport_(std::make_unique<Transport>(std::move(socket), shared.tls)),
        entry_(std::move(entry)),
        timer_(transport_->get_executor()) {
    shared_.connections.insert(this);
    shared_.stats.connections.set(shared_.connections.size());
  }
  ~HttpSession() override {
    shared_.connections.erase(this);
    shared_.stats.connections.set(shared_.connections.size());
  }

  // `first`: what is done once the connection stands.
  void begin(void (HttpSession::*first)()) {
    expire_after(handshake(), &HttpSession::on_late_request);
    if (!transport_->encrypted()) return (this->*first)();
    transport_->async_handshake([self = shared_from_this(), first](error_code error) {
      self->guarded([&] { error ? self->close() : (self.get()->*first)(); });
    });
  }

  void read_first() { read(handshake(), &HttpSession::on_late_request); }
  void refuse_full() { refuse("the server's limit of connections is reached"); }
  void refuse_address() { refuse("the limit of connections for one address is reached"); }

  void go_away() override { (transport_ != nullptr && is_resting()) ? end_rest() : close(); }
  void check_progress(TimeNs) override {}  // the session's own timer does
  void abandon() override { close(); }

 private:
  template <class Call>
  void guarded(Call&& call) {
    guard(shared_.stats, std::forward<Call>(call));
  }

  std::chrono::seconds handshake() const {
    return std::chrono::seconds(shared_.settings.handshake_s);
  }

  void refuse(std::string_view why) {
    Response refusal = problem(503, "Too many clients", why);
    refusal.retry_after_s = kRetryAfterS;
    answer(refusal, false, false);
  }

  // The whole request must have come by then: a byte at a time does not buy more.
  void read(std::chrono::seconds limit, void (HttpSession::*late)()) {
    parser_.emplace();
    parser_->header_limit(kLargestHeader);
    parser_->body_limit(kLargestBody);
    expire_after(limit, late);
    http::async_read(*transport_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       self->guarded([&] { self->on_read(error); });
                     });
  }

  // `late`: what is done with a client that lets the time pass.
  void expire_after(std::chrono::seconds limit, void (HttpSession::*late)()) {
    timer_.expires_after(limit);
    timer_.async_wait([self = shared_from_this(), late](error_code error) {
      if (!error && self->transport_) self->guarded([&] { (self.get()->*late)(); });
    });
  }

  void on_late_request() {
    shared_.stats.timed_out.add();
    close();
  }
  void on_late_next() { is_resting() ? end_rest() : on_late_request(); }
  void on_late_reader() {
    shared_.stats.closed_slow.add();
    close();
  }

  // A request was answered, and no byte of another has come.
  bool is_resting() const { return answered_ && parser_ && !parser_->got_some(); }
  // The read ends, and then the connection, as between two requests it may (RFC 9112, 9.3.1).
  void end_rest() {
    error_code ignored;
    transport_->socket().cancel(ignored);
  }

  void on_read(error_code error) {
    if (error) return on_read_error(error);
    const HandshakeRequest& message = parser_->get();
    const Request request = request_of(message);
    if (beast::websocket::is_upgrade(message) && path_of(request.target) == kStreamPath)
      return upgrade(message, request);
    const Response response = respond({shared_.api, shared_.sources, shared_.settings,
                                       shared_.tokens, shared_.registry, shared_.stats, *entry_},
                                      request);
    answer(response, message.keep_alive(), message.method() == http::verb::head);
  }

  void on_read_error(error_code error) {
    const bool rested = error == asio::error::operation_aborted && is_resting();
    if (error == http::error::end_of_stream || rested) return end();
    const bool fault_of_client =
        error.category() == http::make_error_code(http::error::end_of_stream).category() &&
        error != http::error::partial_message;
    if (!fault_of_client) return close();
    const bool too_large = error == http::error::body_limit || error == http::error::header_limit;
    Response response = too_large ? problem(413, "Too large", error.message())
                                  : problem(400, "Bad request", error.message());
    if (const std::string_view target = view_of(parser_->get().target()); !target.empty())
      name_instance(response, path_of(target));
    answer(response, false, false);
  }

  void upgrade(const HandshakeRequest& message, const Request& request) {
    Response refusal = stream_refusal({shared_.api, shared_.sources, shared_.settings,
                                       shared_.tokens, shared_.registry, shared_.stats, *entry_},
                                      request);
    if (refusal.status == 200 && !subprotocol_is_known(message))
      refusal = problem(400, "Unknown subprotocol",
                        "indexcast.v1.json and indexcast.v1.protobuf are spoken");
    if (refusal.status == 200 && !key_is_valid(message))
      refusal = problem(400, "Bad handshake", "Sec-WebSocket-Key: sixteen bytes in base64");
    name_instance(refusal, kStreamPath);
    if (refusal.status != 200) return answer(refusal, false, false);
    shared_.stats.requests.add();
    timer_.cancel();
    start_websocket(shared_, std::move(transport_), std::move(entry_), message);
  }

  void answer(const Response& response, bool keep_alive, bool head) {
    shared_.stats.requests.add();
    if (response.status / 100 == 4) shared_.stats.bad_requests.add();
    response_ = message_of(response, keep_alive, head);
    expire_after(kAnswerTimeout, &HttpSession::on_late_reader);
    const auto done = [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
      if (error) return self->close();
      self->answered_ = true;
      self->guarded([&] {
        keep_alive ? self->read(kAnswerTimeout, &HttpSession::on_late_next) : self->end();
      });
    };
    if (!head) return http::async_write(*transport_, response_, done);
    serializer_.emplace(response_);
    serializer_->split(true);
    http::async_write_header(*transport_, *serializer_, done);
  }

  void end() {
    timer_.cancel();
    linger(std::move(transport_));
  }

  void close() {
    timer_.cancel();
    if (transport_) transport_->close();
  }

  WorkerShared& shared_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<ConnectionRegistry::Entry> entry_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  bool answered_ = false;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

}  // namespace

void start_http(WorkerShared& shared, tcp::socket socket,
                std::unique_ptr<ConnectionRegistry::Entry> entry,
                ConnectionRegistry::Refusal refusal) {
  const auto session = std::make_shared<HttpSession>(shared, std::move(socket), std::move(entry));
  switch (refusal) {
    case ConnectionRegistry::Refusal::none:
      return session->begin(&HttpSession::read_first);
    case ConnectionRegistry::Refusal::full:
      return session->begin(&HttpSession::refuse_full);
    case ConnectionRegistry::Refusal::address:
      return session->begin(&HttpSession::refuse_address);
  }
}

}  // namespace indexcast::server
