// A request and its answer, as plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace indexcast::server {

struct Request {
  std::string_view method;  // "GET"
  std::string_view target;  // as sent: path, and perhaps a query
  std::string_view host;
  std::string_view origin;         // of the page that asks, empty where none does
  std::string_view authorization;  // the header's value
  std::string_view if_none_match;
};

// For whoever was turned away at a limit of connections.
inline constexpr std::int64_t kRetryAfterS = 1;

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::string cache_control = "no-store";
  std::string allow = "GET, HEAD";  // of a 405
  std::int64_t retry_after_s = 0;   // when to ask again; 0: not said
  std::string etag = {};            // quoted; empty: none
  // Pages of this origin may read the answer; empty: those of the server's own only.
  std::string allow_origin = {};
  bool preflight = false;  // answers what a browser asks before a request
};

// RFC 9457: application/problem+json with the status, its title and what is wrong in this case.
Response problem(unsigned status, std::string_view title, std::string_view detail);

// A problem says of which path it is, as a URI (RFC 9457, 3.1.5), where one could be read; any
// other answer stays as it is.
void name_instance(Response& response, std::string_view path);

}  // namespace indexcast::server
