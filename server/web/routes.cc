#include "server/web/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "server/web/clients_page.h"
#include "server/web/dashboard/assets.h"
#include "server/web/entity_tag.h"
#include "server/web/origin.h"

namespace indexcast::server {
namespace {

constexpr std::string_view kAllowed = "GET, HEAD, OPTIONS";
// Of a sequence, so that every reader of JSON has it exactly.
constexpr std::uint64_t kSequenceMax = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t kPage = 1000;  // entries of a list, at most and by default

// A drained server is stopped, or back in service, within minutes.
constexpr std::int64_t kDrainRetryS = 30;

using Query = std::map<std::string, std::string, std::less<>>;

// A request whose path is known and whose principal has the right to it.
struct Asked {
  const RouteContext& context;
  const ClientRights& rights;
  Query query;
};

Response json(std::string body) { return {.body = std::move(body)}; }
Response not_found(std::string_view what) { return problem(404, "Not found", what); }
Response bad_query(std::string_view what) { return problem(400, "Bad request", what); }

Response page(Api::TaggedBody&& made) {
  return {.body = std::move(made.body),
          .cache_control = "no-cache",
          .etag = "W/\"" + made.version + "\""};
}

// Empty where there is none.
std::string_view parameter(const Query& query, std::string_view name) {
  const auto found = query.find(name);
  return found == query.end() ? std::string_view() : found->second;
}

Response indices(const Asked& asked) {
  const auto limit = number_of(asked.query, "limit", 1, kPage, kPage);
  if (!limit) return bad_query("limit: a number from 1 to 1000");
  auto made = asked.context.api.indices(asked.rights, parameter(asked.query, "after"), *limit);
  return made ? page(std::move(*made)) : bad_query("after: no index has this code");
}

Response feeds(const Asked& asked) { return json(asked.context.api.feeds()); }
Response status(const Asked& asked) { return json(asked.context.api.status()); }
Response alive(const Asked&) { return json("{\"status\":\"alive\"}"); }

Response clients(const Asked& asked) {
  if (!asked.rights.operations)
    return problem(403, "Forbidden", "this token is not for operations");
  const auto limit = number_of(asked.query, "limit", 1, kPage, kPage);
  if (!limit) return bad_query("limit: a number from 1 to 1000");
  const auto after = number_of(asked.query, "after", 0, UINT64_MAX, 0);
  if (!after) return bad_query("after: the id of a client");
  return json(clients_page(asked.context.registry, *after, *limit));
}

Response ready(const Asked& asked) {
  const std::string missing = asked.context.api.not_ready();
  if (!missing.empty()) return problem(503, "Not ready", missing);
  return json("{\"status\":\"ready\"}");
}

Response metrics(const Asked& asked) {
  return {.content_type = kMetricsContentType, .body = metrics_text(asked.context.sources)};
}

struct Route {
  std::string_view path;
  Response (*answer)(const Asked&);
  bool open = false;  // needs no token
};

constexpr std::array<Route, 7> kRoutes{{
    {"/v1/indices", indices},
    {"/v1/feeds", feeds},
    {"/v1/status", status},
    {"/v1/clients", clients},
    {"/healthz", alive, true},
    {"/readyz", ready, true},
    {"/metrics", metrics},
}};

constexpr std::string_view kIndexPrefix = "/v1/indices/";

Response index_itself(const Asked& asked, IndexId index) {
  return page(asked.context.api.index(index));
}

Response members(const Asked& asked, IndexId index) {
  const auto limit = number_of(asked.query, "limit", 1, kPage, kPage);
  if (!limit) return bad_query("limit: a number from 1 to 1000");
  auto made = asked.context.api.members(index, parameter(asked.query, "after"), *limit);
  return made ? page(std::move(*made)) : bad_query("after: no member has this symbol");
}

Response bad_sequence(std::string_view what) {
  return bad_query(std::string(what) + ": a whole number below 2^53");
}

Response wait_for(std::int64_t milliseconds) {
  Response response = problem(429, "Too many requests", "more levels than allowed in a second");
  response.retry_after_s = (milliseconds + 999) / 1000;
  return response;
}

// As a replay over WebSocket: the same rights, the same numbering, the same bytes in a second.
Response history(const Asked& asked, IndexId index) {
  Api& api = asked.context.api;
  const auto after = number_of(asked.query, "after", 0, kSequenceMax, 0);
  if (!after) return bad_sequence("after");
  const auto to = number_of(asked.query, "to", 1, kSequenceMax, kSequenceMax);
  if (!to) return bad_sequence("to");
  const auto limit = number_of(asked.query, "limit", 1, kLevelPageMax, kLevelPageMax);
  if (!limit) return bad_query("limit: a number from 1 to 500");
  const auto epoch = number_of(asked.query, "epoch", 1, UINT64_MAX, api.epoch());
  if (!epoch) return bad_query("epoch: a whole number");
  if (*epoch != api.epoch())
    return problem(409, "Other epoch", "another one numbers the levels: start again without it");
  const std::string& principal = asked.context.entry.principal();
  if (const std::int64_t wait = api.history_wait_ms(principal); wait > 0) return wait_for(wait);
  asked.context.stats.replays.add();
  return page(api.history(principal, index, {*after + 1, *to, *limit}));
}

// What there is of an index, by what follows its code in the path.
struct IndexRoute {
  std::string_view ending;
  Response (*answer)(const Asked&, IndexId);
  bool of_levels = false;  // needs the right to every level, and to have them again
};

constexpr std::array<IndexRoute, 3> kIndexRoutes{{
    {"/members", members},
    {"/history", history, true},
    {"", index_itself},
}};

// `path`: behind the prefix. A code that ends as one of these must be sent with its slash encoded.
Response of_index(const Asked& asked, std::string_view path) {
  const auto route = std::ranges::find_if(
      kIndexRoutes, [path](const IndexRoute& each) { return path.ends_with(each.ending); });
  const auto code = percent_decode(path.substr(0, path.size() - route->ending.size()));
  if (!code) return problem(400, "Bad request", "the code cannot be decoded");
  if (route->of_levels && !(asked.rights.tick && asked.rights.replay))
    return problem(403, "Forbidden", "this token is not for every level again");
  const auto index = asked.context.api.find(asked.rights, *code);
  return index ? route->answer(asked, *index) : not_found("no index has this code");
}

const Route* route_of(std::string_view path) {
  const auto found = std::ranges::find(kRoutes, path, &Route::path);
  return found == kRoutes.end() ? nullptr : &*found;
}

const Asset* asset_of(std::string_view path) {
  for (const Asset& asset : dashboard_assets()) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

Response static_file(const Asset& asset) {
  return {.content_type = std::string(asset.content_type),
          .body = std::string(asset.bytes),
          .cache_control = "no-cache",
          .etag = content_tag(asset.bytes)};
}

// The rights of who asks, or why there are none.
Response rights_refusal(const RouteContext& context, const Request& request) {
  const SharedRights rights = context.tokens.rights_of(bearer_token(request.authorization));
  if (!rights) {
    context.stats.unauthorised.add();
    return problem(401, "Unauthorised", "Authorization: Bearer TOKEN, with a token of this server");
  }
  if (context.entry.belong_to(rights)) return {};
  Response refusal = problem(429, "Too many connections", "as many as the token allows are open");
  refusal.retry_after_s = kRetryAfterS;
  return refusal;
}

Response answer_path(const RouteContext& context, const Request& request, std::string_view path) {
  if (path == kStreamPath)
    return problem(426, "Upgrade required", "this path takes a WebSocket handshake");
  if (const Asset* asset = asset_of(path)) return static_file(*asset);
  const Route* route = route_of(path);
  const bool is_index = path.starts_with(kIndexPrefix);
  if (route == nullptr && !is_index) return not_found("no such path");
  const auto query = query_of(request.target);
  if (!query) return problem(400, "Bad request", "the query cannot be decoded");
  static const ClientRights kNothing{.every_code = false, .operations = false};
  if (route != nullptr && route->open) return route->answer({context, kNothing, *query});
  if (Response refusal = rights_refusal(context, request); refusal.status != 200) return refusal;
  const Asked asked{context, *context.entry.rights(), *query};
  return is_index ? of_index(asked, path.substr(kIndexPrefix.size())) : route->answer(asked);
}

Response answer_method(const RouteContext& context, const Request& request, std::string_view path) {
  if (request.method == "GET" || request.method == "HEAD")
    return answer_path(context, request, path);
  if (request.method != "OPTIONS") {
    Response refusal = problem(405, "Method not allowed", "GET, HEAD and OPTIONS are");
    refusal.allow = kAllowed;
    return refusal;
  }
  Response response{.status = 204, .allow = std::string(kAllowed)};
  response.preflight = true;
  return response;
}

void leave_out_what_is_known(const Request& request, Response& response) {
  if (response.status != 200 || response.etag.empty()) return;
  if (!matches_tag(request.if_none_match, response.etag)) return;
  response.status = 304;
  response.body.clear();
}

}  // namespace

Response respond(const RouteContext& context, const Request& request) {
  const std::string_view path = path_of(request.target);
  Response response = answer_method(context, request, path);
  name_instance(response, path);
  leave_out_what_is_known(request, response);
  if (!request.origin.empty() &&
      origin_is_allowed(request.origin, request.host, context.settings.allowed_origins))
    response.allow_origin = request.origin;
  return response;
}

Response stream_refusal(const RouteContext& context, const Request& request) {
  if (is_draining(context.sources.view.service)) {
    Response refusal = problem(503, "Draining", "the server is being taken out of service");
    refusal.retry_after_s = kDrainRetryS;
    return refusal;
  }
  if (!origin_is_allowed(request.origin, request.host, context.settings.allowed_origins)) {
    context.stats.unauthorised.add();
    return problem(403, "Forbidden", "pages of this origin may not use the stream");
  }
  const bool later = context.tokens.required() && request.authorization.empty();
  return later ? Response{} : rights_refusal(context, request);
}

}  // namespace indexcast::server
