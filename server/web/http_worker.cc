#include "server/web/http_worker.h"

#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>

#include "server/web/http_session.h"

namespace indexcast::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kShortestGather{1};
constexpr std::chrono::milliseconds kLongestGather{10};
constexpr std::chrono::milliseconds kGoodbye{500};
// Records taken between two looks at the sockets.
constexpr std::size_t kBatch = 4096;
constexpr std::int64_t kProgressCheckNs = 100 * kNsPerMs;
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
      shared_{shared.settings, shared.tokens, shared.census, shared.tls,
              {view, {}},      stats_,        hub_,          api_},
      api_(shared_.sources, hub_.picture(), clock, shared.settings.replay_bytes_per_s),
      wait_(kShortestGather) {}

HttpWorker::~HttpWorker() {
  begin_stop();
  join();
}

void HttpWorker::start() {
  gather();
  thread_ = std::thread([this] { context_.run(); });
}

void HttpWorker::follow_day(const MetricSources& sources, Clock clock) {
  std::promise<void> followed;
  asio::post(context_, [&] {
    shared_.sources = sources;
    hub_.follow_day(sources.view, clock);
    api_.follow_day(clock);
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
  Census::Refusal refusal{};
  const Clock& clock = shared_.sources.view.clock;
  auto seat =
      shared_.census.admit(peer.address().to_string(), clock.published(clock.now()), refusal);
  (seat ? stats_.accepted : stats_.refused).add();
  start_http(shared_, std::move(socket), std::move(seat), refusal);
}

void HttpWorker::gather() {
  const std::size_t count = hub_.poll(kBatch);
  const TimeNs now = hub_.now();
  if (now - checked_ > kProgressCheckNs) check_progress(now);
  if (count == kBatch) return asio::post(context_, [this] { gather_unless_stopping(); });
  wait_ = count > 0 ? kShortestGather : std::min(wait_ * 2, kLongestGather);
  gather_timer_.expires_after(wait_);
  gather_timer_.async_wait([this](error_code) { gather_unless_stopping(); });
}

void HttpWorker::gather_unless_stopping() {
  if (!stopping_) gather();
}

void HttpWorker::check_progress(TimeNs now) {
  checked_ = now;
  for (Connection* connection : shared_.connections) connection->check_progress(now);
}

void HttpWorker::go_away() {
  stopping_ = true;
  gather_timer_.cancel();
  for (Connection* connection : shared_.connections) connection->go_away();
  goodbye_timer_.expires_after(kGoodbye);
  goodbye_timer_.async_wait([this](error_code) { context_.stop(); });
  end_when_all_left();
}

// Ends before the goodbye is over when nobody is left to wait for.
void HttpWorker::end_when_all_left() {
  if (shared_.connections.empty()) return context_.stop();
  gather_timer_.expires_after(kShortestGather);
  gather_timer_.async_wait([this](error_code) { end_when_all_left(); });
}

}  // namespace indexcast::server
