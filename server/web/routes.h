// Which path answers what, and to whom.
#pragma once

#include "server/access/client_tokens.h"
#include "server/settings/config.h"
#include "server/web/api.h"
#include "server/web/connection_registry.h"
#include "server/web/request_target.h"
#include "server/web/response.h"

namespace indexcast::server {

// The path at which a WebSocket handshake is taken.
inline constexpr std::string_view kStreamPath = "/v1/stream";

// What an answer is made of.
struct RouteContext {
  Api& api;
  const MetricSources& sources;
  const HttpSettings& settings;
  const ClientTokens& tokens;
  const ConnectionRegistry& registry;
  ClientStats& stats;
  ConnectionRegistry::Entry& entry;  // of the connection that asks
};

// Answers a request: 400 for a target that cannot be read, 404 for an unknown path, 405 for any
// method but GET, HEAD and OPTIONS, 401 and 403 without the token or the right that the path needs.
// The caller drops the body for HEAD. Never throws on a client's account.
Response respond(const RouteContext& context, const Request& request);

// Why a WebSocket handshake is refused: the server drains, its origin, or its token. Status 200
// when it is not; the entry then has rights, unless a token is still to come.
Response stream_refusal(const RouteContext& context, const Request& request);

}  // namespace indexcast::server
