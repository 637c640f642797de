// One of the server's threads: its share of the clients, with a hub and a DayState of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "server/view/clock.h"
#include "server/view/server_view.h"
#include "server/view/waker.h"
#include "server/web/api.h"
#include "server/web/connection.h"

namespace indexcast::server {

// What all workers share; outlives them, and is safe from any thread.
struct ServerShared {
  const HttpSettings& settings;
  const ClientTokens& tokens;
  ConnectionRegistry& registry;
  boost::asio::ssl::context* tls;
};

class HttpWorker {
 public:
  HttpWorker(const ServerShared& shared, const ServerView& view, Clock clock,
             const std::string& name);
  ~HttpWorker();
  HttpWorker(const HttpWorker&) = delete;
  HttpWorker& operator=(const HttpWorker&) = delete;

  boost::asio::io_context& context() { return context_; }
  // What its pages show; before start().
  void show(const MetricSources& sources) { shared_.sources = sources; }

  // `processor` as of begin_thread().
  void start(std::int64_t processor);
  // Waits until nothing of the day before is used any more. Between start() and stop().
  void switch_day(const MetricSources& sources, Clock clock);
  // Sends what the core has published and then a close to every client; ends once they have left,
  // half a second after the last frame was taken, or after five seconds. From any thread.
  void begin_stop();
  // Once begin_stop has been called.
  void join();
  bool running() const { return thread_.joinable(); }

  // Serves a connection of its context; from any thread.
  void take(boost::asio::ip::tcp::socket socket);

  const PublisherStats& stats() const { return hub_.stats(); }
  const ClientStats& clients() const { return stats_; }

 private:
  void serve(boost::asio::ip::tcp::socket socket);
  // Sends what the core has published since, and waits for more.
  void gather();
  void send_news();
  void run();
  void await_news();
  void await_due();
  void read_woken_by(const ServerView& view);
  void check_progress(TimeNs now);
  void go_away();
  void end_when_all_left();

  ClientStats stats_;
  StreamHub hub_;
  WorkerShared shared_;
  Api api_;
  // After what its handlers refer to: destroying the context ends the sessions, which leave the
  // hub.
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  Waker waker_;  // the core wakes this thread with it
  boost::asio::posix::stream_descriptor woken_{context_};
  bool awaits_news_ = false;
  boost::asio::steady_timer due_timer_{context_};
  TimeNs timer_at_ = kNoDeadline;  // what due_timer_ waits for
  TimeNs checked_{};
  TimeNs goodbye_{};    // when the goodbye began
  TimeNs last_sent_{};  // when a client last had frames to take
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace indexcast::server
