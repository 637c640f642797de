// Which path answers what.
#pragma once

#include "server/http/api.h"
#include "server/http/response.h"

namespace indexcast::server {

// The path at which a WebSocket handshake is taken.
inline constexpr std::string_view kStreamPath = "/v1/stream";

// The path of a request target, its query left out.
std::string_view path_of(std::string_view target);

// Answers a request: 404 for an unknown path, 405 for any method but GET and HEAD. The caller drops
// the body for HEAD. Never throws on a client's account.
Response respond(Api& api, const MetricSources& sources, const Request& request);

}  // namespace indexcast::server
