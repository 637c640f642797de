#include "server/web/http_worker.h"

#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <future>
#include <utility>

#include "server/settings/thread.h"
#include "server/web/http_session.h"

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// For the answer to a close, and for the frames before it to be taken.
constexpr std::int64_t kGoodbyeNs = 500 * kNsPerMs;
constexpr std::int64_t kLastFramesNs = 5 * kNsPerSecond;
constexpr std::chrono::milliseconds kGoodbyeCheck{1};
// Records taken between two looks at the sockets.
constexpr std::size_t kBatch = 4096;
constexpr std::int64_t kProgressCheckNs = 100 * kNsPerMs;
constexpr std::int64_t kShortestTimerNs = kNsPerMs;
// Bytes that the kernel holds unsent for one client, two gathered writes. Left to itself it holds
// megabytes where packets are large: a slow client would be sent what is long replaced, and a
// kernel that asks for more only when a third of that is gone looks like a client that takes
// nothing.
using UnsentLimit = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
constexpr int kUnsentBytes = 2 * OutboundQueue::kGatherBytes;

}  // namespace

HttpWorker::HttpWorker(const ServerShared& shared, const ServerView& view, Clock clock,
                       const std::string& name)
    : hub_(shared.settings, shared.tokens, view, clock, stats_, name),
      shared_{shared.settings,
              shared.tokens,
              shared.registry,
              shared.tls,
              {view, {}},
              stats_,
              hub_,
              api_},
      api_(shared_.sources, hub_.day(), clock, shared.settings.replay_bytes_per_s) {
  // The context closes its descriptor, and the waker its own.
  woken_.assign(::dup(waker_.descriptor()));
  hub_.on_due_earlier([this] { await_due(); });
  read_woken_by(view);
}

HttpWorker::~HttpWorker() {
  begin_stop();
  join();
}

void HttpWorker::start(std::int64_t processor) {
  gather();
  thread_ = std::thread([this, processor] {
    begin_thread("http", processor);
    run();
  });
}

// Handlers of connections catch their own exceptions (Connection::guard). What Asio or Beast throws
// outside of them ends the operation, and with it the connection that waited for it.
void HttpWorker::run() {
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& error) {
      stats_.failed.add();
      spdlog::error("a client's connection ends: {}", error.what());
    }
  }
}

void HttpWorker::switch_day(const MetricSources& sources, Clock clock) {
  std::promise<void> followed;
  asio::post(context_, [&] {
    shared_.sources = sources;
    hub_.switch_day(sources.view, clock);
    api_.switch_day(clock);
    read_woken_by(sources.view);
    asio::post(context_, [this] { gather(); });
    followed.set_value();
  });
  followed.get_future().wait();
}

void HttpWorker::begin_stop() {
  if (running()) asio::post(context_, [this] { go_away(); });
}

void HttpWorker::join() {
  if (running()) thread_.join();
}

void HttpWorker::take(tcp::socket socket) {
  asio::post(context_, [this, socket = std::move(socket)]() mutable { serve(std::move(socket)); });
}

void HttpWorker::serve(tcp::socket socket) {
  if (stopping_) return;
  error_code error;
  socket.set_option(tcp::no_delay(true), error);
  socket.set_option(UnsentLimit(kUnsentBytes), error);
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  ConnectionRegistry::Refusal refusal{};
  const Clock& clock = shared_.sources.view.clock;
  auto entry =
      shared_.registry.admit(peer.address().to_string(), clock.published(clock.now()), refusal);
  (entry ? stats_.accepted : stats_.refused).add();
  start_http(shared_, std::move(socket), std::move(entry), refusal);
  await_due();
}

void HttpWorker::read_woken_by(const ServerView& view) {
  if (view.readers != nullptr) view.readers->add(waker_);
}

// An exception here has lost part of the stream for every client, so it ends the process.
void HttpWorker::gather() {
  if (stopping_) return;
  try {
    send_news();
  } catch (const std::exception& error) {
    end_process("http", error);
  }
}

void HttpWorker::send_news() {
  const std::size_t count = hub_.poll(kBatch);
  const TimeNs now = hub_.now();
  if (now - checked_ > kProgressCheckNs) check_progress(now);
  if (count == kBatch) return asio::post(context_, [this] { gather(); });
  await_news();
  await_due();
}

// The flag first, then a second look: the core either sees the flag, or its record is seen here.
void HttpWorker::await_news() {
  waker_.prepare();
  if (hub_.has_news()) {
    waker_.done();
    return asio::post(context_, [this] { gather(); });
  }
  if (std::exchange(awaits_news_, true)) return;
  woken_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    awaits_news_ = false;
    if (error) return;
    waker_.done();
    gather();
  });
}

// Time alone makes something due: an interval of a client, a heartbeat, a check of its progress.
void HttpWorker::await_due() {
  if (stopping_) return;
  TimeNs due = hub_.due();
  if (!shared_.connections.empty()) due = std::min(due, checked_ + kProgressCheckNs);
  if (due >= timer_at_) return;
  timer_at_ = due;
  const std::int64_t wait_ns = std::max(kShortestTimerNs, due - hub_.now());
  due_timer_.expires_after(std::chrono::nanoseconds(wait_ns));
  due_timer_.async_wait([this](error_code error) {
    if (error) return;  // replaced by an earlier one
    timer_at_ = kNoDeadline;
    gather();
  });
}

void HttpWorker::check_progress(TimeNs now) {
  checked_ = now;
  for (Connection* connection : shared_.connections) connection->check_progress(now);
}

void HttpWorker::go_away() {
  while (hub_.poll(kBatch) > 0) {
  }
  stopping_ = true;
  due_timer_.cancel();
  goodbye_ = last_sent_ = hub_.now();
  // A connection may leave the set while it goes.
  for (Connection* connection : std::vector(shared_.connections.begin(), shared_.connections.end()))
    connection->go_away();
  end_when_all_left();
}

void HttpWorker::end_when_all_left() {
  const TimeNs now = hub_.now();
  if (std::ranges::any_of(shared_.connections, &Connection::is_sending)) last_sent_ = now;
  const bool late = now - last_sent_ > kGoodbyeNs || now - goodbye_ > kLastFramesNs;
  if (late) {
    for (Connection* connection :
         std::vector(shared_.connections.begin(), shared_.connections.end()))
      connection->abandon();
  }
  if (late || shared_.connections.empty()) return context_.stop();
  due_timer_.expires_after(kGoodbyeCheck);
  due_timer_.async_wait([this](error_code) { end_when_all_left(); });
}

}  // namespace indexcast::server
