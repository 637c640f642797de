#include "server/http/routes.h"

#include <algorithm>
#include <array>

#include "server/dashboard/assets.h"

namespace indexcast::server {
namespace {

struct Context {
  Api& api;
  const MetricSources& sources;
};

Response json(std::string body) { return {.body = std::move(body)}; }

Response ready(const Context& context) {
  const std::string missing = context.api.not_ready();
  if (!missing.empty()) return problem(503, "Not ready", missing);
  return json("{\"status\":\"ready\"}");
}

Response metrics(const Context& context) {
  return {.content_type = kMetricsContentType, .body = metrics_text(context.sources)};
}

struct Route {
  std::string_view path;
  Response (*answer)(const Context&);
};

constexpr std::array<Route, 6> kRoutes{{
    {"/v1/indices", [](const Context& c) { return json(c.api.indices()); }},
    {"/v1/feeds", [](const Context& c) { return json(c.api.feeds()); }},
    {"/v1/status", [](const Context& c) { return json(c.api.status()); }},
    {"/healthz", [](const Context&) { return json("{\"status\":\"alive\"}"); }},
    {"/readyz", ready},
    {"/metrics", metrics},
}};

constexpr std::string_view kIndexPrefix = "/v1/indices/";

Response not_found(std::string_view what) { return problem(404, "Not found", what); }

Response one_index(Api& api, std::string_view code) {
  auto body = api.index(code);
  return body ? json(std::move(*body)) : not_found("no index has this code");
}

}  // namespace

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

Response problem(unsigned status, std::string_view title, std::string_view detail) {
  JsonBuffer out;
  fmt::format_to(std::back_inserter(out), "{{\"type\":\"about:blank\",\"title\":");
  append_quoted(out, title);
  fmt::format_to(std::back_inserter(out), ",\"status\":{},\"detail\":", status);
  append_quoted(out, detail);
  out.push_back('}');
  return {.status = status,
          .content_type = "application/problem+json",
          .body = std::string(text_of(out))};
}

Response respond(Api& api, const MetricSources& sources, const Request& request) {
  const std::string_view path = path_of(request.target);
  if (request.method != "GET" && request.method != "HEAD") {
    return problem(405, "Method not allowed", "GET and HEAD are");
  }
  if (path == kStreamPath) {
    return problem(426, "Upgrade required", "this path takes a WebSocket handshake");
  }
  if (path.starts_with(kIndexPrefix)) return one_index(api, path.substr(kIndexPrefix.size()));
  const auto route = std::ranges::find(kRoutes, path, &Route::path);
  if (route != kRoutes.end()) return route->answer({api, sources});
  for (const Asset& asset : dashboard_assets()) {
    if (asset.path == path) {
      return {.content_type = std::string(asset.content_type),
              .body = std::string(asset.bytes),
              .cache_control = "no-cache"};
    }
  }
  return not_found("no such path");
}

}  // namespace indexcast::server
