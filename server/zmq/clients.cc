#include "server/zmq/clients.h"

#include <spdlog/spdlog.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace indexcast::server {
namespace {

// "level/" for every code, "level/995366/" for one.
std::string grant(std::string_view kind, std::string_view code) {
  std::string prefix = std::string(kind) + "/";
  if (!code.empty()) prefix.append(code).append("/");
  return prefix;
}

constexpr std::size_t kPublicKeyBytes = 32;

// Decodes a key from Z85. The configuration's reader has checked the text.
std::string decoded(const std::string& key) {
  std::array<std::uint8_t, kPublicKeyBytes> bytes{};
  zmq_z85_decode(bytes.data(), key.c_str());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::int64_t or_default(std::int64_t own, std::int64_t of_everybody) {
  return own > 0 ? own : of_everybody;
}

constexpr const char* kEndpoint = "inproc://zeromq.zap.01";
constexpr std::string_view kVersion = "1.0";
constexpr std::int64_t kLogNs = 60 * kNsPerSecond;

std::string_view text_of(const zmq::message_t& frame) {
  return {static_cast<const char*>(frame.data()), frame.size()};
}

}  // namespace

Entitlement::Entitlement(std::span<const std::string> codes, std::span<const TopicKind> kinds)
    : every_code_(std::ranges::find(codes, kEveryCode) != codes.end()),
      kinds_{},
      codes_(codes.begin(), codes.end()) {
  for (const TopicKind kind : kinds) kinds_[static_cast<std::size_t>(kind)] = true;
  if (every_code_ && std::ranges::all_of(kinds_, std::identity{})) return;
  grants_ = {"heartbeat/"};
  if (every_code_) codes_ = {""};
  for (const std::string& code : codes_) {
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i]) grants_.push_back(grant(kTopicKindNames[i], code));
    }
    grants_.push_back(grant("skipped", code));
  }
}

std::vector<std::string> Entitlement::admitted(std::string_view prefix) const {
  std::vector<std::string> covered;
  for (const std::string& allowed : grants_) {
    if (prefix.starts_with(allowed)) return {std::string(prefix)};
    if (allowed.starts_with(prefix)) covered.push_back(allowed);
  }
  return covered;
}

ZmqClients::ZmqClients(const ZmqSettings& settings)
    : listed_(!settings.clients.empty()),
      unlisted_{listed_ ? Entitlement(std::span<const std::string>{}, {}) : Entitlement(),
                settings.requests_per_s, settings.answer_bytes_per_s} {
  for (const ZmqClientSettings& client : settings.clients) {
    clients_[client.name] = {Entitlement(client.codes, client.topics),
                             or_default(client.requests_per_s, settings.requests_per_s),
                             or_default(client.answer_bytes_per_s, settings.answer_bytes_per_s)};
    names_[decoded(client.public_key)] = client.name;
  }
}

std::string_view ZmqClients::name_of_key(std::string_view key) const {
  const auto found = names_.find(key);
  return found == names_.end() ? std::string_view{} : std::string_view(found->second);
}

const ZmqClient& ZmqClients::of(std::string_view name) const {
  const auto found = clients_.find(name);
  return found == clients_.end() ? unlisted_ : found->second;
}

ZapHandler::ZapHandler(zmq::context_t& context, const ZmqClients& clients, ZmqAccessStats& stats)
    : clients_(&clients), stats_(&stats), socket_(context, zmq::socket_type::rep) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind(kEndpoint);
  thread_ = std::thread([this] { run(); });
}

ZapHandler::~ZapHandler() {
  running_ = false;
  waker_.wake();
  thread_.join();
}

// The waker is armed before the last look at what it stands for, as in AgentThread.
void ZapHandler::run() {
  begin_thread("zap", kAnyProcessor);
  zmq_pollitem_t items[] = {{socket_.handle(), 0, ZMQ_POLLIN, 0},
                            {nullptr, waker_.descriptor(), ZMQ_POLLIN, 0}};
  for (;;) {
    waker_.prepare();
    if (!running_) return;
    const std::int64_t wait_ns = log_refusals();
    zmq_poll(items, 2, wait_ns < 0 ? -1 : static_cast<long>(wait_ns / kNsPerMs + 1));
    waker_.done();
    if (items[0].revents != 0) answer();
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

std::int64_t ZapHandler::log_refusals() {
  std::uint64_t subscriptions = 0;
  for (const auto& [name, client] : stats_->clients)
    subscriptions += client.subscriptions_refused.get();
  const std::uint64_t refusals = stats_->keys_refused.get() + subscriptions;
  if (refusals == refusals_logged_) return -1;
  const TimeNs now = clock_.now();
  if (logged_.ns != 0 && now - logged_ < kLogNs) return kLogNs - (now - logged_);
  refusals_logged_ = refusals;
  logged_ = now;
  spdlog::warn("zmq: {} connections with unlisted keys and {} subscriptions refused so far",
               stats_->keys_refused.get(), subscriptions);
  for (const auto& [name, client] : stats_->clients) {
    if (client.subscriptions_refused.get() > 0)
      spdlog::warn("zmq: client {}: {} subscriptions refused so far", name,
                   client.subscriptions_refused.get());
  }
  return -1;
}

}  // namespace indexcast::server
