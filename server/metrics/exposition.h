// Everything countable, as the text that Prometheus scrapes.
#pragma once

#include <string>
#include <vector>

#include "server/control/request_stats.h"
#include "server/metrics/client_stats.h"
#include "server/pipeline/server_view.h"
#include "server/publish/publisher_stats.h"

namespace indexcast::server {

// What the exposition reads. Everything pointed to outlives it; null pointers in `publishers` are
// not allowed, `clients` and `requests` may be null.
struct MetricSources {
  ServerView view;
  std::vector<const PublisherStats*> publishers;
  const ClientStats* clients = nullptr;
  const RequestStats* requests = nullptr;
};

// The content type of the text.
inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

// The text, all families with HELP and TYPE. Any thread; allocates.
std::string metrics_text(const MetricSources& sources);

}  // namespace indexcast::server
