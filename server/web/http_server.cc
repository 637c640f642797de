#include "server/web/http_server.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <stdexcept>

#include "server/web/http_worker.h"
#include "server/web/listen.h"
#include "server/web/tls_context.h"

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Out of descriptors: trying again at once would only spin.
constexpr std::chrono::milliseconds kAcceptAgain{10};

template <class T>
T value_or_throw(absl::StatusOr<T> loaded) {
  if (!loaded.ok()) throw std::runtime_error(std::string(loaded.status().message()));
  return *std::move(loaded);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpSettings& settings, const ServerView& view, Clock clock,
       std::vector<const PublisherStats*> publishers, const ServiceStats& services)
      : settings_(settings),
        tokens_(value_or_throw(load_client_tokens(settings.tokens))),
        tls_(value_or_throw(load_tls(settings.tls))),
        registry_(settings.max_clients, settings.max_per_address),
        services_(services),
        workers_(make_workers(view, clock)) {
    const MetricSources sources = sources_of(view, std::move(publishers));
    for (const auto& worker : workers_) worker->show(sources);
    port_ = listen_at(acceptor_, "http", settings.address, settings.port);
  }

  ~Impl() { stop(); }

  void start(std::int64_t processor) {
    accept();
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      workers_[i]->start(processor == kAnyProcessor ? kAnyProcessor
                                                    : processor + static_cast<std::int64_t>(i));
    }
  }

  void switch_day(const ServerView& view, Clock clock,
                  std::vector<const PublisherStats*> publishers) {
    const MetricSources sources = sources_of(view, std::move(publishers));
    for (const auto& worker : workers_) worker->switch_day(sources, clock);
  }

  void stop() {
    if (!workers_.front()->running()) return;
    std::promise<void> closed;
    asio::post(acceptor_.get_executor(), [&] {
      stopping_ = true;
      error_code ignored;
      acceptor_.close(ignored);
      accept_timer_.cancel();
      closed.set_value();
    });
    closed.get_future().wait();
    for (const auto& worker : workers_) worker->begin_stop();
    for (const auto& worker : workers_) worker->join();
  }

  std::uint16_t port() const { return port_; }
  const PublisherStats& stats() const { return workers_.front()->stats(); }
  const ClientStats& clients() const { return workers_.front()->clients(); }

 private:
  std::vector<std::unique_ptr<HttpWorker>> make_workers(const ServerView& view, Clock clock) {
    const ServerShared shared{settings_, tokens_, registry_, tls_.get()};
    std::vector<std::unique_ptr<HttpWorker>> workers;
    for (std::size_t i = 0; i < settings_.threads; ++i) {
      const std::string name = i == 0 ? "websocket" : fmt::format("websocket_{}", i + 1);
      workers.push_back(std::make_unique<HttpWorker>(shared, view, clock, name));
    }
    return workers;
  }

  MetricSources sources_of(const ServerView& view,
                           std::vector<const PublisherStats*> publishers) const {
    MetricSources sources{view, std::move(publishers), {}, services_};
    for (const auto& worker : workers_) {
      sources.publishers.push_back(&worker->stats());
      sources.clients.push_back(&worker->clients());
    }
    return sources;
  }

  // Connections go to the workers in turn, on the worker's own context from the beginning.
  void accept() {
    HttpWorker& worker = *workers_[next_++ % workers_.size()];
    acceptor_.async_accept(worker.context(), [this, &worker](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || stopping_) return;
      if (error) return accept_later();
      worker.take(std::move(socket));
      accept();
    });
  }

  void accept_later() {
    accept_timer_.expires_after(kAcceptAgain);
    accept_timer_.async_wait([this](error_code error) {
      if (!error) accept();
    });
  }

  const HttpSettings settings_;
  const ClientTokens tokens_;
  const std::unique_ptr<asio::ssl::context> tls_;
  ConnectionRegistry registry_;
  ServiceStats services_;
  std::vector<std::unique_ptr<HttpWorker>> workers_;
  // On the first worker's thread.
  tcp::acceptor acceptor_{workers_.front()->context()};
  asio::steady_timer accept_timer_{workers_.front()->context()};
  std::size_t next_ = 0;
  bool stopping_ = false;
  std::uint16_t port_ = 0;
};

HttpServer::HttpServer(const HttpSettings& settings, const ServerView& view, Clock clock,
                       std::vector<const PublisherStats*> publishers, const ServiceStats& services)
    : impl_(std::make_unique<Impl>(settings, view, clock, std::move(publishers), services)) {}
HttpServer::~HttpServer() = default;
void HttpServer::start(std::int64_t processor) { impl_->start(processor); }
void HttpServer::switch_day(const ServerView& view, Clock clock,
                            std::vector<const PublisherStats*> publishers) {
  impl_->switch_day(view, clock, std::move(publishers));
}
void HttpServer::stop() { impl_->stop(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
const PublisherStats& HttpServer::stats() const { return impl_->stats(); }
const ClientStats& HttpServer::clients() const { return impl_->clients(); }

std::string http_faults(const HttpSettings& settings) {
  std::string faults;
  if (const auto tokens = load_client_tokens(settings.tokens); !tokens.ok())
    faults += std::string(tokens.status().message()) + "\n";
  if (const auto tls = load_tls(settings.tls); !tls.ok())
    faults += std::string(tls.status().message()) + "\n";
  return faults;
}

}  // namespace indexcast::server
