#include "server/http/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "server/http/connection.h"
#include "server/http/listen.h"
#include "server/http/routes.h"
#include "server/http/websocket_session.h"

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kLargestHeader = 8 * 1024;
constexpr std::size_t kLargestBody = 64 * 1024;
constexpr std::chrono::seconds kRequestTimeout{30};
constexpr std::chrono::seconds kLinger{1};
constexpr std::size_t kDrain = 4096;
constexpr std::chrono::milliseconds kShortestGather{1};
constexpr std::chrono::milliseconds kLongestGather{10};
constexpr std::chrono::milliseconds kGoodbye{500};
// Records taken between two looks at the sockets.
constexpr std::size_t kBatch = 4096;
constexpr std::int64_t kProgressCheckNs = 100 * kNsPerMs;

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

// One HTTP client: request after request, until it asks for the stream.
class HttpSession : public Connection, public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(HttpShared& shared, tcp::socket socket)
      : shared_(shared), stream_(std::move(socket)) {
    shared_.connections.insert(this);
    shared_.stats.connections.set(shared_.connections.size());
  }
  ~HttpSession() override {
    shared_.connections.erase(this);
    shared_.stats.connections.set(shared_.connections.size());
  }

  void read() {
    parser_.emplace();
    parser_->header_limit(kLargestHeader);
    parser_->body_limit(kLargestBody);
    stream_.expires_after(kRequestTimeout);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
  }

  // Turns the client away and ends.
  void refuse() {
    stream_.expires_after(kRequestTimeout);
    answer(problem(503, "Too many clients", "max_clients are connected"), false, false);
  }

  void go_away() override { close(); }
  void check_progress(TimeNs) override {}  // the stream's own timer does

 private:
  void on_read(error_code error) {
    if (error) return on_read_error(error);
    const auto& request = parser_->get();
    if (beast::websocket::is_upgrade(request) && path_of(view_of(request.target())) == kStreamPath)
      return upgrade();
    const Response response =
        respond(shared_.api, shared_.sources,
                {view_of(request.method_string()), view_of(request.target())});
    answer(response, request.keep_alive(), request.method() == http::verb::head);
  }

  void on_read_error(error_code error) {
    const bool fault_of_client =
        error.category() == http::make_error_code(http::error::end_of_stream).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message;
    if (!fault_of_client) return close();
    if (error == http::error::body_limit || error == http::error::header_limit) {
      return answer(problem(413, "Too large", error.message()), false, false);
    }
    answer(problem(400, "Bad request", error.message()), false, false);
  }

  void upgrade() {
    if (!subprotocol_is_known(parser_->get())) {
      return answer(problem(400, "Unknown subprotocol", "indexcast.v1.json is spoken"), false,
                    false);
    }
    shared_.stats.requests.add();
    start_websocket(shared_, std::move(stream_), parser_->get());
  }

  void answer(const Response& response, bool keep_alive, bool head) {
    shared_.stats.requests.add();
    if (response.status / 100 == 4) shared_.stats.bad_requests.add();
    response_ = {};
    response_.result(response.status);
    response_.set(http::field::server, "indexcast");
    response_.set(http::field::content_type, response.content_type);
    response_.set(http::field::cache_control, response.cache_control);
    response_.set("X-Content-Type-Options", "nosniff");
    if (response.status == 405) response_.set(http::field::allow, response.allow);
    response_.keep_alive(keep_alive);
    response_.content_length(response.body.size());
    if (!head) response_.body() = response.body;
    write(keep_alive, head);
  }

  void write(bool keep_alive, bool head) {
    const auto done = [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
      if (error) return self->close();
      keep_alive ? self->read() : self->linger();
    };
    if (!head) return http::async_write(stream_, response_, done);
    serializer_.emplace(response_);
    serializer_->split(true);
    http::async_write_header(stream_, *serializer_, done);
  }

  // Closing with bytes unread would reset the connection, and the answer with it.
  void linger() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kLinger);
    drain();
  }

  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(kDrain),
                            [self = shared_from_this()](error_code error, std::size_t) {
                              error ? self->close() : self->drain();
                            });
  }

  void close() { stream_.close(); }

  HttpShared& shared_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpSettings& settings, const ServerView& view, Clock clock,
       std::vector<const PublisherStats*> publishers, const ServiceStats& services)
      : hub_(view, clock, stats_),
        shared_{settings, {view, std::move(publishers), &stats_, services}, stats_, hub_, api_, {}},
        api_(shared_.sources, hub_.mirror(), clock) {
    shared_.sources.publishers.push_back(&hub_.stats());
    port_ = listen_at(acceptor_, "http", settings.address, settings.port);
  }

  ~Impl() { stop(); }

  void start() {
    accept();
    gather();
    thread_ = std::thread([this] { context_.run(); });
  }

  void follow_day(const ServerView& view, Clock clock,
                  std::vector<const PublisherStats*> publishers) {
    std::promise<void> followed;
    asio::post(context_, [&] {
      publishers.push_back(&hub_.stats());
      shared_.sources.view = view;
      shared_.sources.publishers = std::move(publishers);
      hub_.follow_day(view, clock);
      api_.follow_day(clock);
      followed.set_value();
    });
    followed.get_future().wait();
  }

  void stop() {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] { go_away(); });
    thread_.join();
  }

  std::uint16_t port() const { return port_; }
  const PublisherStats& stats() const { return hub_.stats(); }
  const ClientStats& clients() const { return stats_; }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || stopping_) return;
      if (error) return accept_later();
      take(std::move(socket));
      accept();
    });
  }

  // Out of descriptors: trying again at once would only spin.
  void accept_later() {
    accept_timer_.expires_after(kLongestGather);
    accept_timer_.async_wait([this](error_code error) {
      if (!error) accept();
    });
  }

  void take(tcp::socket socket) {
    const bool full = shared_.connections.size() >= shared_.settings.max_clients;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto session = std::make_shared<HttpSession>(shared_, std::move(socket));
    (full ? stats_.refused : stats_.accepted).add();
    full ? session->refuse() : session->read();
  }

  void gather() {
    const std::size_t count = hub_.poll(kBatch);
    const TimeNs now = hub_.now();
    if (now - checked_ > kProgressCheckNs) check_progress(now);
    if (count == kBatch) return asio::post(context_, [this] { gather_unless_stopping(); });
    wait_ = count > 0 ? kShortestGather : std::min(wait_ * 2, kLongestGather);
    gather_timer_.expires_after(wait_);
    gather_timer_.async_wait([this](error_code) { gather_unless_stopping(); });
  }

  void gather_unless_stopping() {
    if (!stopping_) gather();
  }

  void check_progress(TimeNs now) {
    checked_ = now;
    for (Connection* connection : shared_.connections) connection->check_progress(now);
  }

  void go_away() {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    gather_timer_.cancel();
    accept_timer_.cancel();
    for (Connection* connection : shared_.connections) connection->go_away();
    goodbye_timer_.expires_after(kGoodbye);
    goodbye_timer_.async_wait([this](error_code) { context_.stop(); });
    end_when_all_left();
  }

  // Ends before the goodbye is over when nobody is left to wait for.
  void end_when_all_left() {
    if (shared_.connections.empty()) return context_.stop();
    gather_timer_.expires_after(kShortestGather);
    gather_timer_.async_wait([this](error_code) { end_when_all_left(); });
  }

  ClientStats stats_;
  StreamHub hub_;
  HttpShared shared_;
  Api api_;
  // After what its handlers refer to: destroying the context ends the sessions, which leave the
  // hub.
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer gather_timer_{context_};
  asio::steady_timer accept_timer_{context_};
  asio::steady_timer goodbye_timer_{context_};
  std::chrono::milliseconds wait_ = kShortestGather;
  TimeNs checked_{};
  bool stopping_ = false;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

HttpServer::HttpServer(const HttpSettings& settings, const ServerView& view, Clock clock,
                       std::vector<const PublisherStats*> publishers, const ServiceStats& services)
    : impl_(std::make_unique<Impl>(settings, view, clock, std::move(publishers), services)) {}
HttpServer::~HttpServer() = default;
void HttpServer::start() { impl_->start(); }
void HttpServer::follow_day(const ServerView& view, Clock clock,
                            std::vector<const PublisherStats*> publishers) {
  impl_->follow_day(view, clock, std::move(publishers));
}
void HttpServer::stop() { impl_->stop(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
const PublisherStats& HttpServer::stats() const { return impl_->stats(); }
const ClientStats& HttpServer::clients() const { return impl_->clients(); }

}  // namespace indexcast::server
