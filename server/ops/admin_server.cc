#include "server/ops/admin_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>

#include "server/ops/admin_api.h"
#include "server/settings/thread.h"
#include "server/web/listen.h"
#include "server/web/request_target.h"

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using HttpRequest = http::request<http::string_body>;
using RequestParser = http::request_parser<http::string_body>;

// Errors as values: a client that goes away is nothing exceptional.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr std::uint32_t kLargestHeader = 8 * 1024;
// Four times the largest request with every byte of its reason escaped.
constexpr std::size_t kLargestBody = 16 * 1024;
constexpr std::chrono::seconds kRequestTimeout{10};
constexpr std::chrono::seconds kLinger{1};
constexpr std::chrono::milliseconds kGoodbye{500};
// How long an answer waits for the core, which takes a millisecond when it runs.
constexpr std::int64_t kAnswerWithinNs = 2 * kNsPerSecond;
// Intervals between two reads of the core's records, with and without a waiting client.
constexpr std::chrono::milliseconds kWatching{1};
constexpr std::chrono::milliseconds kResting{10};

std::string_view view_of(beast::string_view text) { return {text.data(), text.size()}; }

// Answer to a request that cannot be read; none for a client that disconnected.
std::optional<Response> problem_of(error_code error) {
  if (error == http::error::body_limit || error == http::error::header_limit)
    return problem(413, "Too large", error.message());
  const bool of_http =
      error.category() == http::make_error_code(http::error::end_of_stream).category();
  if (!of_http || error == http::error::end_of_stream || error == http::error::partial_message)
    return std::nullopt;
  return problem(400, "Bad request", error.message());
}

http::response<http::string_body> message_of(Response response, bool keep_alive) {
  http::response<http::string_body> message;
  message.result(response.status);
  message.set(http::field::server, "indexcast");
  message.set(http::field::content_type, response.content_type);
  message.set(http::field::cache_control, response.cache_control);
  message.set("X-Content-Type-Options", "nosniff");
  if (response.status == 405) message.set(http::field::allow, response.allow);
  if (response.status == 401) message.set(http::field::www_authenticate, "Bearer");
  message.keep_alive(keep_alive);
  message.body() = std::move(response.body);
  message.prepare_payload();
  return message;
}

// An exception while one client is served ends its connection alone.
void log_failure(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    spdlog::error("an operator's connection ends: {}", error.what());
  }
}

// Without these duties the interface would be deaf.
void fail(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    end_process("admin", error);
  }
}

}  // namespace

class AdminServer::Impl {
 public:
  Impl(const AdminSettings& settings, AdminParts parts)
      : clock_(parts.clock),
        owners_(std::move(parts.owners)),
        batch_(parts.view.ring->capacity()),
        requests_(parts.view, parts.port, parts.audit, parts.stats),
        api_(requests_, *parts.view.universe, owners_, parts.audit, parts.stats, parts.service,
             parts.clock) {
    requests_.set_stage(std::move(parts.stage));
    if (settings.two_person) requests_.ask_second_person();
    port_ = listen_at(acceptor_, "admin", settings.address, settings.port);
  }

  ~Impl() { stop(); }

  void start(std::int64_t processor) {
    asio::co_spawn(context_, accept(), fail);
    asio::co_spawn(context_, watch(), fail);
    thread_ = std::thread([this, processor] {
      begin_thread("admin", processor);
      context_.run();
    });
  }

  void stop() {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      stopping_ = true;
      error_code ignored;
      acceptor_.close(ignored);
      asio::co_spawn(context_, leave(), fail);
    });
    thread_.join();
  }

  std::uint16_t port() const { return port_; }

 private:
  // One of the connections that may be open at once.
  class Seat {
   public:
    explicit Seat(std::size_t& taken) : taken_(taken) { ++taken_; }
    ~Seat() { --taken_; }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

   private:
    std::size_t& taken_;
  };

  asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(context_, time);
    co_await timer.async_wait(kAwait);
  }

  asio::awaitable<void> accept() {
    while (!stopping_) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      if (error) {
        co_await pause(kResting);  // out of descriptors: trying again at once would only spin
      } else if (taken_ < kConnections) {
        asio::co_spawn(context_, serve(beast::tcp_stream(std::move(socket))), log_failure);
      }
    }
  }

  asio::awaitable<void> watch() {
    while (!stopping_) {
      requests_.poll(batch_);
      co_await pause(kResting);
    }
  }

  // The last requests' outcomes belong into the audit.
  asio::awaitable<void> leave() {
    for (auto left = kGoodbye; left.count() > 0; left -= kWatching) {
      requests_.poll(batch_);
      if (requests_.waiting() == 0 && answering_ == 0) break;
      co_await pause(kWatching);
    }
    context_.stop();
  }

  asio::awaitable<void> serve(beast::tcp_stream stream) {
    const Seat seat(taken_);
    beast::flat_buffer buffer;
    bool open = true;
    while (open && !stopping_) open = co_await serve_one(stream, buffer);
    co_await linger(stream, buffer);
  }

  // False when it was the client's last request.
  asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    RequestParser parser;
    parser.header_limit(kLargestHeader);
    parser.body_limit(kLargestBody);
    stream.expires_after(kRequestTimeout);
    const auto [error, size] = co_await http::async_read(stream, buffer, parser, kAwait);
    static_cast<void>(size);
    if (error) {
      std::optional<Response> problem = problem_of(error);
      const std::string_view target = view_of(parser.get().target());
      if (problem && !target.empty()) name_instance(*problem, path_of(target));
      if (problem) co_await send(stream, std::move(*problem), false);
      co_return false;
    }
    const Seat answering(answering_);
    const bool keep_alive = parser.get().keep_alive() && !stopping_;
    Response response = co_await respond(parser.get(), address_of(stream));
    name_instance(response, path_of(view_of(parser.get().target())));
    const bool sent = co_await send(stream, std::move(response), keep_alive);
    co_return sent&& keep_alive;
  }

  static std::string address_of(beast::tcp_stream& stream) {
    error_code error;
    const tcp::endpoint endpoint = stream.socket().remote_endpoint(error);
    return error ? std::string("gone") : endpoint.address().to_string();
  }

  asio::awaitable<Response> respond(const HttpRequest& request, std::string address) {
    const AdminCall call{view_of(request.method_string()),
                         view_of(request.target()),
                         view_of(request[http::field::authorization]),
                         view_of(request[http::field::content_type]),
                         request.body(),
                         std::move(address)};
    requests_.poll(batch_);
    std::variant<Response, Awaited> taken = api_.take(call, clock_.now());
    if (auto* response = std::get_if<Response>(&taken)) co_return std::move(*response);
    const std::uint64_t id = std::get<Awaited>(taken).id;
    const TimeNs until = clock_.now() + kAnswerWithinNs;
    while (api_.is_waiting(id) && clock_.now() < until) {
      co_await pause(kWatching);
      requests_.poll(batch_);
    }
    co_return api_.answer(id);
  }

  asio::awaitable<bool> send(beast::tcp_stream& stream, Response response, bool keep_alive) {
    const auto message = message_of(std::move(response), keep_alive);
    stream.expires_after(kRequestTimeout);
    const auto [error, size] = co_await http::async_write(stream, message, kAwait);
    static_cast<void>(size);
    co_return !error;
  }

  // Closing with bytes unread would reset the connection, and the answer with it.
  asio::awaitable<void> linger(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream.expires_after(kLinger);
    for (;;) {
      buffer.clear();
      const auto [error, size] =
          co_await stream.async_read_some(buffer.prepare(kLargestHeader), kAwait);
      static_cast<void>(size);
      if (error) break;
    }
    stream.close();
  }

  Clock clock_;
  TokenOwners owners_;
  std::size_t batch_;
  ControlRequests requests_;
  AdminApi api_;
  std::size_t taken_ = 0;
  std::size_t answering_ = 0;
  bool stopping_ = false;
  std::uint16_t port_ = 0;
  // After what its coroutines refer to: destroying the context ends them.
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  std::thread thread_;
};

AdminServer::AdminServer(const AdminSettings& settings, AdminParts parts)
    : impl_(std::make_unique<Impl>(settings, std::move(parts))) {}
AdminServer::~AdminServer() = default;
void AdminServer::start(std::int64_t processor) { impl_->start(processor); }
void AdminServer::stop() { impl_->stop(); }
std::uint16_t AdminServer::port() const { return impl_->port(); }

}  // namespace indexcast::server
