#include "server/zmq/zap_handler.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <cstdint>

namespace indexcast::server {
namespace {

constexpr const char* kEndpoint = "inproc://zeromq.zap.01";
constexpr std::string_view kVersion = "1.0";
// How long the end of the server waits for this thread.
constexpr long kWaitMs = 50;
constexpr std::int64_t kLogNs = 60 * kNsPerSecond;

std::string_view text_of(const zmq::message_t& frame) {
  return {static_cast<const char*>(frame.data()), frame.size()};
}

}  // namespace

ZapHandler::ZapHandler(zmq::context_t& context, const ZmqClients& clients, ZmqAccessStats& stats)
    : clients_(&clients), stats_(&stats), socket_(context, zmq::socket_type::rep) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind(kEndpoint);
  thread_ = std::thread([this] { run(); });
}

ZapHandler::~ZapHandler() {
  running_ = false;
  thread_.join();
}

void ZapHandler::run() {
  pthread_setname_np(pthread_self(), "zap");
  zmq_pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
  while (running_.load(std::memory_order_relaxed)) {
    if (zmq_poll(&item, 1, kWaitMs) > 0) answer();
    log_refusals();
  }
}

void ZapHandler::answer() {
  std::array<zmq::message_t, kFrames> request;
  zmq::message_t rest;
  std::size_t frames = 0;
  for (bool more = true; more; ++frames) {
    zmq::message_t& frame = frames < kFrames ? request[frames] : rest;
    if (zmq_msg_recv(frame.handle(), socket_.handle(), 0) < 0) return;
    more = frame.more();
  }
  send(request[1], name_of(request, frames));
}

std::string_view ZapHandler::name_of(const std::array<zmq::message_t, kFrames>& request,
                                     std::size_t frames) {
  if (frames != kFrames || text_of(request[5]) != "CURVE") return {};
  return clients_->name_of_key(text_of(request[6]));
}

void ZapHandler::send(const zmq::message_t& id, std::string_view name) {
  const bool known = !name.empty();
  if (ZmqAccessStats::Client* client = stats_->of(name)) client->connections.add();
  if (!known) stats_->keys_refused.add();
  const std::array<std::string_view, 6> reply{
      kVersion, text_of(id), known ? "200" : "400", known ? "" : "this key is not listed",
      name,     ""};
  for (std::size_t i = 0; i < reply.size(); ++i) {
    const int more = i + 1 < reply.size() ? ZMQ_SNDMORE : 0;
    if (zmq_send(socket_.handle(), reply[i].data(), reply[i].size(), more) < 0) return;
  }
}

void ZapHandler::log_refusals() {
  std::uint64_t subscriptions = 0;
  for (const auto& [name, client] : stats_->clients)
    subscriptions += client.subscriptions_refused.get();
  const std::uint64_t refusals = stats_->keys_refused.get() + subscriptions;
  const TimeNs now = clock_.now();
  if (refusals == refusals_logged_ || (logged_.ns != 0 && now - logged_ < kLogNs)) return;
  refusals_logged_ = refusals;
  logged_ = now;
  spdlog::warn("zmq: {} connections with unlisted keys and {} subscriptions refused so far",
               stats_->keys_refused.get(), subscriptions);
  for (const auto& [name, client] : stats_->clients) {
    if (client.subscriptions_refused.get() > 0)
      spdlog::warn("zmq: client {}: {} subscriptions refused so far", name,
                   client.subscriptions_refused.get());
  }
}

}  // namespace indexcast::server
