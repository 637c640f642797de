// The bodies of /v1/..., made of one DayState and the server's counters.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/access/client_rights.h"
#include "server/access/principal_budgets.h"
#include "server/messages/level_encoder.h"
#include "server/messages/level_json.h"
#include "server/ops/exposition.h"
#include "server/view/clock.h"
#include "server/view/level_reader.h"
#include "server/view/readiness.h"
#include "server/web/client_stats.h"
#include "server/web/stream_frames.h"

namespace indexcast::server {

// Runs on the thread of the DayState. The DayState and the sources outlive it.
class Api {
 public:
  // `replay_bytes_per_s`: of history, for each principal.
  Api(const MetricSources& sources, const DayState& day, Clock clock,
      std::int64_t replay_bytes_per_s);

  // Another day begins. `sources` and the DayState already belong to it.
  void switch_day(Clock clock);

  // A body, and its ETag, which changes when the content changes.
  struct TaggedBody {
    std::string body;
    std::string version;
  };

  // Indices with their definitions and newest levels: at most `limit` of those that `rights` allow,
  // after `after` in the order of the configuration; from the first where that is empty. Nothing
  // when `after` is no index.
  std::optional<TaggedBody> indices(const ClientRights& rights, std::string_view after,
                                    std::size_t limit);
  // The index of this code, where the day has it and `rights` allow it.
  std::optional<IndexId> find(const ClientRights& rights, std::string_view code) const;
  // One index with its members, all at the position of the reader in the stream.
  TaggedBody index(IndexId index);
  // Its members alone, at most `limit` of them after the symbol `after`, from the first where that
  // is empty. Nothing when `after` is no member. Pages with the same index_sequence are of the same
  // level.
  std::optional<TaggedBody> members(IndexId index, std::string_view after, std::size_t limit);
  // Levels of the index again, as far as the ring still has them.
  TaggedBody history(const std::string& principal, IndexId index, const LevelRange& range);
  // Milliseconds until `principal` may have more levels; 0: now.
  std::int64_t history_wait_ms(const std::string& principal);
  std::uint64_t epoch() const { return sources_.view.epoch; }
  std::string feeds() const;
  // Epoch, cursors, latencies and clients.
  std::string status() const;
  // Reasons why the server is not ready, as text; empty when it is ready.
  std::string not_ready() const { return server::not_ready(sources_.view, reader_); }

 private:
  // The definition set to which the reader's levels belong.
  std::shared_ptr<const Universe> definitions() const;
  void append_index(JsonBuffer& out, const Universe& definitions, IndexId index);
  // ETag of a page with all contents of the index's newest level and record.
  std::string version_of(IndexId index, bool prices_certain) const;

  const MetricSources& sources_;
  const DayState& day_;
  const LevelReader& reader_;  // of day_
  Clock clock_;
  LevelEncoder encoder_;
  PrincipalBudgets replay_bytes_;
};

}  // namespace indexcast::server
