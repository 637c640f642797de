#include "proto/subscriber/session.h"

#include <algorithm>
#include <utility>

namespace indexcast::subscriber {
namespace {

// Codes of one snapshot request.
constexpr std::size_t kCodesMax = 64;
// A question that failed, and a code that the server does not know, are tried again after this.
constexpr Time kAskAgain{250};
constexpr Time kUnknownAgain{30'000};
// After a refusal that does not pass by itself; an operator may change rights meanwhile.
constexpr Time kRefusedAgain{5'000};
// Divisor of the heartbeat timeout: one part is the longest time between two ticks that counts in
// full.
constexpr int kWatchedParts = 4;

}  // namespace

Session::Session(Settings settings, Callbacks callbacks, Wire& wire, Time now)
    : settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      wire_(&wire),
      last_tick_(now),
      failover_(settings_.servers.size(),
                {.timeout = settings_.heartbeat_timeout,
                 .return_after = settings_.return_after,
                 .better_after = settings_.better_after,
                 .unready_after = settings_.unready_after},
                watched_),
      list_(settings_.codes.empty()),
      report_at_(now + settings_.report_interval) {
  for (const std::string& code : settings_.codes) add(code, now);
  wire_->follow(0, true);
  ask_snapshots(now);
}

IndexStream* Session::find(const std::string& code) {
  const auto found = indices_.find(code);
  return found == indices_.end() ? nullptr : &found->second.stream;
}

Session::Index* Session::add(const std::string& code, Time now) {
  if (indices_.size() >= kIndicesMax) return nullptr;
  const auto [at, added] = indices_.try_emplace(
      code, Index{.stream = IndexStream(code, settings_, callbacks_, liveness_, counters_, now)});
  return &at->second;
}

void Session::on_published(std::size_t server, std::string_view topic, std::string_view payload,
                           Time now) {
  using Kind = MessageReader::Kind;
  const Kind kind = reader_.read(topic, payload);
  if (kind == Kind::malformed) return count_malformed();
  if (kind == Kind::heartbeat) return on_heartbeat(server, now);
  if (kind == Kind::other || server != failover_.active()) return;
  if (!enter(reader_.epoch(), now)) return;
  IndexStream* stream = find(reader_.code());
  if (stream == nullptr) {
    Index* index = settings_.codes.empty() ? add(reader_.code(), now) : nullptr;
    if (index == nullptr) return;
    stream = &index->stream;
  }
  pass_on(kind, *stream, now);
  ask_replays(*stream, now);
}

void Session::pass_on(MessageReader::Kind kind, IndexStream& stream, Time now) {
  using Kind = MessageReader::Kind;
  if (kind == Kind::level && settings_.levels)
    stream.on_level(reader_.level(), Arrival::stream, now);
  if (kind == Kind::record && settings_.records)
    stream.on_record(reader_.record(), Arrival::stream, now);
  if (kind == Kind::grid) stream.on_grid(reader_.grid(), now);
  if (kind == Kind::inav) stream.on_inav(reader_.inav(), now);
  if (kind == Kind::skipped) stream.on_skipped(reader_.skipped(), now);
}

void Session::on_heartbeat(std::size_t server, Time now) {
  const v1::Heartbeat& heartbeat = reader_.heartbeat();
  const bool in_use = server == failover_.active();
  if (in_use && !enter(heartbeat.epoch(), now)) return;
  // A server without the field `ready` does not report its indices either; it is treated as good.
  const bool reports = heartbeat.has_ready();
  const bool came = failover_.heartbeat(server,
                                        {.epoch = heartbeat.epoch(),
                                         .ready = !reports || heartbeat.ready(),
                                         .draining = heartbeat.draining()},
                                        watched_);
  if (came && callbacks_.on_connection) callbacks_.on_connection({server, true, in_use});
  report_liveness();
  if (in_use) any_epoch_ = false;
  for (const v1::IndexSequence& index : heartbeat.indices()) {
    IndexStream* stream = find(index.code());
    if (stream == nullptr && in_use && settings_.codes.empty()) {
      if (Index* const added = add(index.code(), now)) stream = &added->stream;
    }
    if (stream == nullptr) continue;
    failover_.set_quotable(server, index.code(), !reports || index.quotable());
    if (!in_use) continue;
    stream->on_heartbeat(index, now);
    ask_replays(*stream, now);
  }
}

bool Session::is_live(std::string_view code) const {
  const auto found = indices_.find(std::string(code));
  return is_live() && found != indices_.end() && found->second.stream.begun();
}

void Session::on_disconnected(std::size_t server, Time now) {
  if (!failover_.close(server, watched_)) return;
  if (server == failover_.active()) ++counters_.connections_lost;
  on_lost(server);
  if (const auto other = failover_.check(watched_)) change(*other, now);
}

void Session::on_lost(std::size_t server) {
  const bool in_use = server == failover_.active();
  if (in_use) any_epoch_ = true;
  if (callbacks_.on_connection) callbacks_.on_connection({server, false, in_use});
  report_liveness();
}

void Session::report_liveness() {
  const Liveness before = liveness_;
  liveness_ = {failover_.live(), failover_.active(), failover_.any_alive()};
  const bool same = before.live == liveness_.live && before.any_alive == liveness_.any_alive;
  if (failover_.unheard(failover_.active()) || (liveness_told_ && same)) return;
  liveness_told_ = true;
  if (callbacks_.on_liveness) callbacks_.on_liveness(liveness_);
}

bool Session::enter(std::uint64_t epoch, Time now) {
  if (epoch == epoch_) return true;
  if (epoch_ != 0 && epoch < epoch_ && !any_epoch_) {
    ++counters_.old_epoch;
    return false;
  }
  const bool first = epoch_ == 0;
  epoch_ = epoch;
  if (first) return true;
  epoch_in_doubt_ = settings_.servers.size() > 1;
  restart(Begin::epoch, LossReason::epoch_over, now);
  ask_snapshots(now);
  return true;
}

void Session::restart(Begin why, LossReason loss, Time now) {
  questions_.clear();
  list_ = settings_.codes.empty();
  list_after_.clear();
  list_asked_ = false;
  list_at_ = now;
  for (auto& [code, index] : indices_) {
    index.stream.restart(why, loss, now);
    index.asked = false;
    index.ask_at = now;
  }
}

void Session::change(const Switch& change, Time now) {
  ++counters_.switches;
  wire_->follow(change.from, false);
  restart(Begin::switched, LossReason::switched, now);
  epoch_ = 0;
  any_epoch_ = false;
  epoch_in_doubt_ = false;
  if (callbacks_.on_switch) callbacks_.on_switch(change);
  report_liveness();
  wire_->follow(change.to, true);
  ask_snapshots(now);
}

void Session::tick(Time now) {
  watched_ += std::min(now - last_tick_, settings_.heartbeat_timeout / kWatchedParts);
  last_tick_ = now;
  while (const auto gone = failover_.expire(watched_)) {
    if (*gone == failover_.active()) ++counters_.heartbeat_timeouts;
    on_lost(*gone);
  }
  if (const auto other = failover_.check(watched_)) change(*other, now);
  while (const auto question = questions_.expire(now)) {
    ++counters_.unanswered;
    failed(*question, now);
  }
  ask_snapshots(now);
  for (auto& [code, index] : indices_) {
    index.stream.tick(now);
    ask_replays(index.stream, now);
  }
  if (now >= report_at_) report(now);
}

void Session::on_reply(std::size_t server, std::string_view payload, Time now) {
  v1::Reply reply;
  if (!reply.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return count_malformed();
  }
  if (server != failover_.active()) return;
  const auto question = questions_.take(reply.request_id());
  if (!question) return;  // it had timed out, or was asked before a restart
  if (reply.has_refusal()) return refused(*question, reply.refusal(), now);
  if (question->kind == Question::Kind::report) return;
  if (epoch_ == 0) epoch_ = reply.epoch();
  // The stream may still bring what is left of the epoch before, so it is the one that changes it.
  if (reply.epoch() != epoch_ || epoch_ == 0) return failed(*question, now);
  if (question->kind == Question::Kind::snapshot && reply.has_snapshot()) {
    return on_snapshots(*question, *reply.mutable_snapshot(), now);
  }
  IndexStream* stream = question->codes.empty() ? nullptr : find(question->codes[0]);
  if (question->kind == Question::Kind::replay && reply.has_replay()) {
    stream->on_replay(question->range, *reply.mutable_replay(), now);
  } else if (question->kind == Question::Kind::records && reply.has_records()) {
    stream->on_records(question->range, *reply.mutable_records(), now);
  } else {
    count_malformed();
    return failed(*question, now);
  }
  ask_replays(*stream, now);
}

void Session::on_snapshots(const Question& question, v1::SnapshotReply& reply, Time now) {
  if (std::exchange(epoch_in_doubt_, false) && !is_new_day(reply)) {
    if (const auto other = failover_.epoch_lost(watched_)) return change(*other, now);
  }
  for (const v1::Snapshot& snapshot : reply.snapshots()) {
    Index* index = nullptr;
    if (const auto found = indices_.find(snapshot.code()); found != indices_.end()) {
      index = &found->second;
    } else if (settings_.codes.empty()) {
      index = add(snapshot.code(), now);
    }
    if (index == nullptr) continue;
    index->stream.join(snapshot, epoch_, now);
    ask_replays(index->stream, now);
  }
  failed(question, now);  // asks again for what the answer did not have
  if (question.codes.empty()) {
    list_ = !reply.next().empty();
    list_after_ = reply.next();
    list_at_ = now;
  } else if (!reply.next().empty()) {
    for (const std::string& code : question.codes) indices_.at(code).ask_at = now;
  }
  for (const std::string& code : reply.unknown()) on_unknown(code, now);
  ask_snapshots(now);
}

// A server that restarted in mid-day has levels of the same day, or none yet.
bool Session::is_new_day(const v1::SnapshotReply& reply) const {
  std::uint32_t seen = 0;
  for (const auto& [code, index] : indices_) seen = std::max(seen, index.stream.trade_date());
  return std::any_of(reply.snapshots().begin(), reply.snapshots().end(),
                     [seen](const v1::Snapshot& snapshot) {
                       return snapshot.has_level() && snapshot.level().trade_date() > seen;
                     });
}

void Session::on_unknown(const std::string& code, Time now) {
  const auto found = indices_.find(code);
  if (found == indices_.end() || found->second.stream.joined()) return;
  found->second.ask_at = now + kUnknownAgain;
  if (callbacks_.on_problem) callbacks_.on_problem("the server does not know the index " + code);
}

void Session::refused(const Question& question, const v1::Refusal& refusal, Time now) {
  ++counters_.refused;
  const bool passes = refusal.reason() == v1::REFUSAL_REASON_RATE_LIMITED ||
                      refusal.reason() == v1::REFUSAL_REASON_OTHER_EPOCH;
  const Time wait{refusal.retry_after_ms()};
  failed(question, now, passes ? wait : std::max(wait, kRefusedAgain));
  if (passes || !callbacks_.on_problem) return;
  callbacks_.on_problem("a question was refused: " + v1::RefusalReason_Name(refusal.reason()) +
                        " " + refusal.detail());
}

void Session::failed(const Question& question, Time now, Time wait) {
  switch (question.kind) {
    case Question::Kind::report:
      return;
    case Question::Kind::replay:
      return indices_.at(question.codes[0]).stream.levels().ask_failed(now, wait);
    case Question::Kind::records:
      return indices_.at(question.codes[0]).stream.records().ask_failed(now, wait);
    case Question::Kind::snapshot:
      const Time again = now + std::max(wait, kAskAgain);
      if (question.codes.empty()) {
        list_asked_ = false;
        list_at_ = again;
      }
      for (const std::string& code : question.codes) {
        Index& index = indices_.at(code);
        index.asked = false;
        index.ask_at = again;
      }
  }
}

void Session::ask_snapshots(Time now) {
  if (list_ && !list_asked_ && now >= list_at_ && !questions_.full()) {
    v1::Request request;
    request.mutable_snapshot()->set_after(list_after_);
    list_asked_ = true;
    ask({.kind = Question::Kind::snapshot, .codes = {}, .range = {}}, request, now);
  }
  if (list_) return;  // it brings the others
  for (auto at = indices_.begin(); at != indices_.end() && !questions_.full();) {
    v1::Request request;
    Question question{.kind = Question::Kind::snapshot, .codes = {}, .range = {}};
    for (; at != indices_.end() && question.codes.size() < kCodesMax; ++at) {
      auto& [code, index] = *at;
      if (index.stream.joined() || index.asked || now < index.ask_at) continue;
      index.asked = true;
      question.codes.push_back(code);
      request.mutable_snapshot()->add_codes(code);
    }
    if (question.codes.empty() || !ask(std::move(question), request, now)) return;
  }
}

void Session::ask_replays(IndexStream& stream, Time now) {
  if (questions_.full()) return;
  if (const auto range = stream.levels().wanted(now)) {
    v1::Request request;
    v1::ReplayRequest& replay = *request.mutable_replay();
    replay.set_code(stream.code());
    replay.set_epoch(epoch_);
    replay.set_from(range->from);
    replay.set_to(range->to);
    stream.levels().asked();
    ask({.kind = Question::Kind::replay, .codes = {stream.code()}, .range = *range}, request, now);
  }
  if (questions_.full()) return;
  if (const auto range = stream.records().wanted(now)) {
    v1::Request request;
    v1::RecordsRequest& records = *request.mutable_records();
    records.set_code(stream.code());
    records.set_epoch(epoch_);
    records.set_from(range->from);
    records.set_to(range->to);
    stream.records().asked();
    ask({.kind = Question::Kind::records, .codes = {stream.code()}, .range = *range}, request, now);
  }
}

void Session::report(Time now) {
  report_at_ = now + settings_.report_interval;
  if (questions_.full()) return;
  v1::Request request;
  v1::Report& report = *request.mutable_report();
  report.set_subscriber(settings_.name);
  report.set_received(counters_.received);
  report.set_missed(counters_.recovered + counters_.unrecoverable);
  report.set_recovered(counters_.recovered);
  report.set_unrecoverable(counters_.unrecoverable);
  report.set_switches(counters_.switches);
  report.set_heartbeat_timeouts(counters_.heartbeat_timeouts);
  ask({.kind = Question::Kind::report, .codes = {}, .range = {}}, request, now);
}

bool Session::ask(Question question, v1::Request& request, Time now) {
  request.set_request_id(questions_.next_id());
  request.SerializeToString(&bytes_);
  if (!wire_->ask(failover_.active(), bytes_)) {
    failed(question, now);
    return false;
  }
  questions_.asked(std::move(question), now + settings_.answer_timeout);
  return true;
}

}  // namespace indexcast::subscriber
