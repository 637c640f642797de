#include "server/zmq/query_service.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace indexcast::server {
namespace {

constexpr std::int64_t kReportLogNs = 60 * kNsPerSecond;

// Nothing that would make a line of the log read otherwise than it was written; protobuf has seen
// that it is UTF-8.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' && c != 0x7f; });
}

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (c & 0xc0) != 0x80; }));
}

SubscriberReport report_of(const std::string& peer, const v1::Report& report, TimeNs now) {
  return {.peer = peer,
          .subscriber = report.subscriber(),
          .received = report.received(),
          .missed = report.missed(),
          .recovered = report.recovered(),
          .unrecoverable = report.unrecoverable(),
          .switches = report.switches(),
          .heartbeat_timeouts = report.heartbeat_timeouts(),
          .time = now};
}

void log_report(const SubscriberReport& report) {
  spdlog::info(
      "{} \"{}\" reports {} levels received, {} missed, {} of these recovered and {} not to be "
      "had, "
      "{} switches, {} heartbeat timeouts",
      report.peer, report.subscriber, report.received, report.missed, report.recovered,
      report.unrecoverable, report.switches, report.heartbeat_timeouts);
}

}  // namespace

Peer& PeerTable::of(std::string_view name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    peers_.splice(peers_.begin(), peers_, found->second);
    return peers_.front();
  }
  if (peers_.size() == kPeersMax) {
    by_name_.erase(peers_.back().name);
    peers_.pop_back();
  }
  const ZmqClient& client = clients_->of(name);
  peers_.push_front({std::string(name), &client, TokenBucket(client.requests_per_s),
                     TokenBucket(client.answer_bytes_per_s)});
  by_name_[peers_.front().name] = peers_.begin();
  return peers_.front();
}

QueryService::QueryService(const ServerView& view, Clock clock, const ZmqClients& clients,
                           QueryStats& stats)
    : stats_(&stats),
      handler_(std::make_unique<QueryHandler>(view, clock, stats)),
      peers_(clients) {}

void QueryService::switch_day(const ServerView& view, Clock clock) {
  handler_ = std::make_unique<QueryHandler>(view, clock, *stats_);
}

std::string_view QueryService::respond(std::string_view name,
                                       std::optional<std::string_view> request, TimeNs now) {
  Peer& peer = peers_.of(name);
  stats_->peers.set(peers_.size());
  reply_.Clear();
  fill_reply(peer, request, now);
  const std::string_view reply = finish();
  peer.answer_bytes.spend(static_cast<std::int64_t>(reply.size()));
  return reply;
}

bool QueryService::parse(std::string_view request) {
  return request_.ParseFromArray(request.data(), static_cast<int>(request.size())) &&
         request_.body_case() != v1::Request::BODY_NOT_SET;
}

// What cannot be read counts against the rate like any other request.
void QueryService::fill_reply(Peer& peer, std::optional<std::string_view> request, TimeNs now) {
  const bool too_large = request && request->size() > kRequestBytesMax;
  const bool read = request && !too_large && parse(*request);
  if (read) reply_.set_request_id(request_.request_id());
  if (!within_rate(peer, now)) return;
  if (too_large) return refuse(v1::REFUSAL_REASON_TOO_LARGE, "at most 32 KiB", reply_);
  if (!read)
    return refuse(v1::REFUSAL_REASON_MALFORMED, "no Request of indexcast.v1 in one frame", reply_);
  stats_->questions[static_cast<std::size_t>(request_.body_case()) - v1::Request::kSnapshot].add();
  if (request_.has_report()) return take_report(peer, request_.report(), now);
  handler_->answer(request_, peer.client->entitlement, reply_);
}

bool QueryService::within_rate(Peer& peer, TimeNs now) {
  const std::int64_t wait = std::max(peer.requests.wait_ms(now), peer.answer_bytes.wait_ms(now));
  if (wait == 0) {
    peer.requests.spend(1);
    return true;
  }
  refuse(v1::REFUSAL_REASON_RATE_LIMITED, "ask again later", reply_);
  reply_.mutable_refusal()->set_retry_after_ms(static_cast<std::uint32_t>(wait));
  return false;
}

void QueryService::take_report(Peer& peer, const v1::Report& report, TimeNs now) {
  if (characters_of(report.subscriber()) > kSubscriberMax || !is_plain(report.subscriber()))
    return refuse(v1::REFUSAL_REASON_MALFORMED,
                  "subscriber: at most 64 characters, no control characters", reply_);
  SubscriberReport stored = report_of(peer.name, report, now);
  if (peer.report_logged.ns == 0 || now - peer.report_logged >= kReportLogNs) {
    peer.report_logged = now;
    log_report(stored);
  }
  stats_->reports.store(std::move(stored));
  reply_.mutable_report();
}

std::string_view QueryService::finish() {
  reply_.set_epoch(handler_->epoch());
  if (reply_.has_refusal())
    stats_->refusals[static_cast<std::size_t>(reply_.refusal().reason())].add();
  reply_.SerializeToString(&bytes_);
  stats_->bytes.add(bytes_.size());
  return bytes_;
}

}  // namespace indexcast::server
