// An indexcast server as a subscriber sees it, without sockets: numbers what comes, keeps the last
// so many levels, answers questions. What it says is put on lists for the test to carry.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "indexcast/v1/query.pb.h"
#include "indexcast/v1/stream.pb.h"

namespace indexcast::test {

struct ModelMessage {
  std::string topic;
  std::string payload;
};

class ModelServer {
 public:
  ModelServer(std::vector<std::string> codes, std::uint64_t epoch, std::size_t kept)
      : codes_(std::move(codes)), epoch_(epoch), kept_(kept) {}

  // A level caused by an input with this stamp of an exchange, which is its value too.
  void publish(const std::string& code, std::int64_t stamp) {
    Index& index = indices_[code];
    v1::Level level;
    level.set_epoch(epoch_);
    level.set_code(code);
    level.set_index_sequence(++index.newest);
    level.set_trade_date(20250319);
    level.set_level(stamp);
    level.set_exchange_time(stamp);
    level.set_quotable(true);
    say("level/" + code + "/", level);
    index.levels.push_back(std::move(level));
    if (index.levels.size() > kept_) index.levels.pop_front();
  }
  // Numbers levels that the stream leaves out and no replay has.
  void skip(const std::string& code, std::uint64_t count) {
    Index& index = indices_[code];
    v1::Skipped skipped;
    skipped.set_epoch(epoch_);
    skipped.set_code(code);
    skipped.set_from(index.newest + 1);
    skipped.set_to(index.newest += count);
    index.levels.clear();
    say("skipped/" + code + "/", skipped);
  }
  void publish_status(const std::string& code, std::uint32_t flags) {
    Index& index = indices_[code];
    v1::StatusChanged status;
    status.set_epoch(epoch_);
    status.set_code(code);
    status.set_flags(flags);
    status.set_record_sequence(index.records.size() + 1);
    say("status/" + code + "/", status);
    *index.records.emplace_back().mutable_status() = std::move(status);
  }
  void publish_pending(const std::string& code, v1::Decision decision, std::int64_t price) {
    Index& index = indices_[code];
    v1::PendingPrice pending;
    pending.set_epoch(epoch_);
    pending.set_code(code);
    pending.set_symbol("688041.SH");
    pending.set_decision(decision);
    pending.set_price(price);
    pending.set_record_sequence(index.records.size() + 1);
    say("pending/" + code + "/", pending);
    *index.records.emplace_back().mutable_pending() = std::move(pending);
  }
  // The newest level at an instant of a grid of `pace_ms`; the same with the terms of a fund.
  void publish_grid(const std::string& code, std::int64_t instant_ms, std::uint32_t pace_ms) {
    v1::Grid grid;
    *grid.mutable_level() = indices_[code].levels.back();
    grid.set_grid_instant(instant_ms * 1'000'000);
    grid.set_pace_ms(pace_ms);
    say("grid/" + code + "/", grid);
  }
  void publish_inav_grid(const std::string& code, std::int64_t instant_ms, std::uint32_t pace_ms) {
    v1::Inav inav;
    *inav.mutable_level() = indices_[code].levels.back();
    inav.set_pace(v1::INAV_PACE_GRID);
    inav.set_grid_instant(instant_ms * 1'000'000);
    inav.set_pace_ms(pace_ms);
    say("inav/" + code + "/", inav);
  }
  // Publishes an Inav of the newest level.
  void publish_inav(const std::string& code) {
    v1::Inav inav;
    *inav.mutable_level() = indices_[code].levels.back();
    say("inav/" + code + "/", inav);
  }
  // Says that a stream leaves from..to out.
  void leave_out(const std::string& code, v1::StreamKind kind, std::uint64_t from,
                 std::uint64_t to) {
    v1::Skipped skipped;
    skipped.set_epoch(epoch_);
    skipped.set_code(code);
    skipped.set_kind(kind);
    skipped.set_from(from);
    skipped.set_to(to);
    say("skipped/" + code + "/", skipped);
  }
  void heartbeat() {
    v1::Heartbeat heartbeat;
    heartbeat.set_epoch(epoch_);
    heartbeat.set_pages(1);
    heartbeat.set_draining(draining);
    if (reports) heartbeat.set_ready(ready && !draining);
    for (const std::string& code : codes_) {
      v1::IndexSequence& index = *heartbeat.add_indices();
      index.set_code(code);
      index.set_quotable(reports && !unquotable.contains(code));
      index.set_index_sequence(indices_[code].newest);
      index.set_record_sequence(indices_[code].records.size());
    }
    say("heartbeat/", heartbeat);
  }
  void short_heartbeat() {
    v1::Heartbeat heartbeat;
    heartbeat.set_epoch(epoch_);
    heartbeat.set_draining(draining);
    if (reports) heartbeat.set_ready(ready && !draining);
    say("heartbeat/", heartbeat);
  }
  // Everything is forgotten; numbers begin anew.
  void restart(std::uint64_t epoch) {
    epoch_ = epoch;
    indices_.clear();
  }

  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t newest(const std::string& code) { return indices_[code].newest; }
  std::uint64_t records(const std::string& code) { return indices_[code].records.size(); }

  std::string answer(std::string_view bytes) {
    v1::Request request;
    request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    v1::Reply reply;
    reply.set_request_id(request.request_id());
    reply.set_epoch(epoch_);
    if (request.has_snapshot()) answer(request.snapshot(), *reply.mutable_snapshot());
    if (request.has_replay()) answer(request.replay(), reply);
    if (request.has_records()) answer(request.records(), reply);
    if (request.has_report()) *reply.mutable_report() = {};
    return reply.SerializeAsString();
  }

  std::deque<ModelMessage> published;
  // Contents of heartbeats. `reports` false: as from a server without the fields `ready` and
  // `quotable`.
  bool reports = true;
  bool ready = true;
  bool draining = false;
  std::set<std::string> unquotable;

 private:
  static constexpr int kPage = 3;

  struct Index {
    std::uint64_t newest = 0;
    std::deque<v1::Level> levels;
    std::vector<v1::Event> records;
  };

  template <class Message>
  void say(std::string topic, const Message& message) {
    published.push_back({std::move(topic), message.SerializeAsString()});
  }

  void answer(const v1::SnapshotRequest& request, v1::SnapshotReply& reply) {
    for (const std::string& code : codes_) {
      const bool asked = request.codes().empty() ||
                         std::ranges::find(request.codes(), code) != request.codes().end();
      if (!asked || code <= request.after()) continue;
      if (reply.snapshots_size() == kPage) {
        reply.set_next(reply.snapshots(kPage - 1).code());
        return;
      }
      Index& index = indices_[code];
      v1::Snapshot& snapshot = *reply.add_snapshots();
      snapshot.set_code(code);
      snapshot.set_complete_to(index.levels.empty() ? 0 : index.newest);
      snapshot.set_records_to(index.records.size());
      for (const v1::Event& record : index.records) {
        if (record.has_pending()) snapshot.clear_pending();
        if (record.has_pending() && record.pending().decision() == v1::DECISION_PENDING)
          *snapshot.add_pending() = record.pending();
      }
      if (!index.levels.empty()) *snapshot.mutable_level() = index.levels.back();
    }
  }
  void answer(const v1::ReplayRequest& request, v1::Reply& reply) {
    if (request.epoch() != epoch_) {
      reply.mutable_refusal()->set_reason(v1::REFUSAL_REASON_OTHER_EPOCH);
      return;
    }
    v1::ReplayReply& replay = *reply.mutable_replay();
    Index& index = indices_[request.code()];
    const std::uint64_t oldest = index.newest + 1 - index.levels.size();
    if (request.from() < oldest) replay.set_unavailable_before(oldest);
    for (const v1::Level& level : index.levels) {
      if (level.index_sequence() < request.from() || level.index_sequence() > request.to())
        continue;
      if (replay.levels_size() == kPage) {
        replay.set_next(level.index_sequence());
        return;
      }
      *replay.add_levels() = level;
    }
  }
  void answer(const v1::RecordsRequest& request, v1::Reply& reply) {
    if (request.epoch() != epoch_) {
      reply.mutable_refusal()->set_reason(v1::REFUSAL_REASON_OTHER_EPOCH);
      return;
    }
    for (const v1::Event& record : indices_[request.code()].records) {
      const std::uint64_t sequence = record.status().record_sequence();
      if (sequence < request.from() || sequence > request.to()) continue;
      *reply.mutable_records()->add_records() = record;
    }
    reply.mutable_records();
  }

  std::vector<std::string> codes_;
  std::uint64_t epoch_;
  std::size_t kept_;
  std::map<std::string, Index> indices_;
};

}  // namespace indexcast::test
