// Everything countable, as the text that Prometheus scrapes.
#pragma once

#include <string>
#include <vector>

#include "server/ops/request_stats.h"
#include "server/view/publisher_stats.h"
#include "server/view/server_view.h"
#include "server/web/client_stats.h"
#include "server/zmq/clients.h"
#include "server/zmq/query_stats.h"

namespace indexcast::server {

// What is counted beside feeds, core and publishers, and outlives days. Null: not there.
struct ServiceStats {
  const RequestStats* requests = nullptr;
  const QueryStats* questions = nullptr;
  const ZmqAccessStats* access = nullptr;
};

// What the exposition reads. Everything pointed to outlives it; null pointers in `publishers` and
// `clients` are not allowed.
struct MetricSources {
  ServerView view;
  std::vector<const PublisherStats*> publishers;
  std::vector<const ClientStats*> clients = {};  // of each thread that serves some
  ServiceStats services = {};
};

// The content type of the text.
inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

// The text, all families with HELP and TYPE. Any thread; allocates.
std::string metrics_text(const MetricSources& sources);

}  // namespace indexcast::server
