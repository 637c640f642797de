// Answers questions about one trading day out of the core's output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "indexcast/v1/query.pb.h"
#include "server/messages/level_encoder.h"
#include "server/messages/level_pages.h"
#include "server/messages/record_pages.h"
#include "server/view/clock.h"
#include "server/view/level_reader.h"
#include "server/view/server_view.h"
#include "server/zmq/clients.h"
#include "server/zmq/query_stats.h"

namespace indexcast::server {

// Makes of `reply` a refusal.
void refuse(v1::RefusalReason reason, std::string_view detail, v1::Reply& reply);

// A reader of the broadcast ring like every publisher. Knows no socket, no peer and no rate. One
// thread.
class QueryHandler {
 public:
  // Snapshots, levels or definitions of one page, and codes of one request.
  static constexpr std::size_t kPageMax = kLevelPageMax;

  // What `view` points to, and `stats`, outlive the handler.
  QueryHandler(const ServerView& view, Clock clock, QueryStats& stats);

  // Reads at most `limit` records of the core. Returns how many were read. An answer is complete to
  // what was read before it.
  std::size_t poll(std::size_t limit);

  // Fills `reply`, which is empty but for the request's id, with the answer for a client with this
  // `entitlement`. A report has no answer here.
  void answer(const v1::Request& request, const Entitlement& entitlement, v1::Reply& reply);

  std::uint64_t epoch() const { return view_.epoch; }

 private:
  friend class LevelReader;
  void on_level(const LevelUpdate& update, std::uint64_t stream_sequence) {
    levels_.on_level(update, stream_sequence);
  }
  void on_skipped(IndexId, std::uint64_t, std::uint64_t) {}
  void on_tick(const TimerTick&, std::uint64_t) {}
  void on_lapped(std::uint64_t) { stats_->lapped.add(); }

  // Indices of one page of those that were asked for, in the order of their codes.
  struct PageOfIndices {
    std::vector<IndexId> indices;
    std::string next;
    std::vector<std::string> unknown;
  };
  template <class PagedRequest>
  PageOfIndices page_of(const PagedRequest& request, const Entitlement& entitlement) const;
  PageOfIndices page_of_all(std::string_view after, const Entitlement& entitlement) const;

  void snapshot(const v1::SnapshotRequest& request, const Entitlement& entitlement,
                v1::Reply& reply);
  void definitions(const v1::DefinitionsRequest& request, const Entitlement& entitlement,
                   v1::Reply& reply) const;
  void members(const v1::MembersRequest& request, const Entitlement& entitlement, v1::Reply& reply);
  void replay(const v1::ReplayRequest& request, const Entitlement& entitlement, v1::Reply& reply);
  void records(const v1::RecordsRequest& request, const Entitlement& entitlement, v1::Reply& reply);
  // Whether a replay may be made of it; otherwise `reply` is a refusal.
  template <class RangeRequest>
  bool check_range(const RangeRequest& request, v1::Reply& reply) const;
  const v1::Level& newest_level(IndexId index);

  // The number of an index that the client may see; that of no index otherwise.
  IndexId visible(std::string_view code, const Entitlement& entitlement) const;
  bool exists(IndexId index) const { return index < reader_.indices(); }

  ServerView view_;
  Clock clock_;
  QueryStats* stats_;
  LevelReader reader_;
  LevelPages levels_;
  RecordPages records_;
  LevelEncoder encoder_;
  std::vector<IndexId> by_code_;  // all, in the order of their codes
};

}  // namespace indexcast::server
