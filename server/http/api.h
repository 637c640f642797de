// The bodies of /v1/..., made of one mirror and the server's counters.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/access/client_rights.h"
#include "server/metrics/client_stats.h"
#include "server/metrics/exposition.h"
#include "server/pipeline/clock.h"
#include "server/publish/level_encoder.h"
#include "server/publish/level_json.h"
#include "server/publish/level_mirror.h"

namespace indexcast::server {

// One thread: the mirror's. The mirror and the sources outlive it.
class Api {
 public:
  Api(const MetricSources& sources, const LevelMirror& mirror, Clock clock);

  // Another day begins: `sources` and the mirror are of it already.
  void follow_day(Clock clock);

  // What a body says, and a name for it that lasts until it says something else: for ETag.
  struct Page {
    std::string body;
    std::string version;
  };

  // Indices with their definitions and newest levels: at most `limit` of those that `rights` allow,
  // after `after` in the order of the configuration; from the first where that is empty. Nothing
  // when `after` is no index.
  std::optional<Page> indices(const ClientRights& rights, std::string_view after,
                              std::size_t limit);
  // One index with its members, all at the place in the stream that the mirror has reached; empty
  // for an unknown code.
  std::optional<Page> index(std::string_view code);
  std::string feeds() const;
  // Epoch, cursors, latencies and clients.
  std::string status() const;
  // What keeps the server from being ready, in words; empty when it is ready.
  std::string not_ready() const;

 private:
  // Of the edition that the mirror's levels are of.
  std::shared_ptr<const Universe> definitions() const;
  void append_index(JsonBuffer& out, const Universe& definitions, IndexId index);
  // Whether every price is certain.
  bool append_members(JsonBuffer& out, const Universe& definitions, IndexId index) const;

  const MetricSources& sources_;
  const LevelMirror& mirror_;
  Clock clock_;
  LevelEncoder encoder_;
};

}  // namespace indexcast::server
