// Answers requests about one trading day from the core's output.
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

// Turns `reply` into a refusal.
void refuse(v1::RefusalReason reason, std::string_view detail, v1::Reply& reply);

// Reads the broadcast ring like a publisher. Does not handle sockets, peers or rates. One thread
// calls it.
class QueryHandler {
 public:
  // Snapshots, levels or definitions of one page, and codes of one request.
  static constexpr std::size_t kPageMax = kLevelPageMax;

  // What `view` points to, and `stats`, outlive the handler.
  QueryHandler(const ServerView& view, Clock clock, QueryStats& stats);

  // Reads at most `limit` records of the core and returns their number. An answer covers the
  // records read before it.
  std::size_t poll(std::size_t limit);

  // Fills `reply`, which has only the request's id, for a client with this `entitlement`. Refuses a
  // report, which QueryService takes.
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

  // One page of the requested indices, in the order of their codes.
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
  // Checks epoch and range. Turns `reply` into a refusal and returns false when they are invalid.
  template <class RangeRequest>
  bool check_range(const RangeRequest& request, v1::Reply& reply) const;
  const v1::Level& newest_level(IndexId index);

  // Returns the number of an index that the client may see, otherwise the number of no index.
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
