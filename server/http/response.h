// A request and its answer, as plain data.
#pragma once

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
inline constexpr unsigned kRetryAfterS = 1;

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::string cache_control = "no-store";
  std::string allow = "GET, HEAD";  // of a 405
  std::string etag = {};            // quoted; empty: none
  // Pages of this origin may read the answer; empty: those of the server's own only.
  std::string allow_origin = {};
  unsigned retry_after_s = 0;  // when to ask again; 0: not said
  bool preflight = false;      // answers what a browser asks before a request
};

// RFC 9457: application/problem+json with the status, its title and what is wrong in this case. An
// answer to a path names that as its `instance`; what could not be read has none.
Response problem(unsigned status, std::string_view title, std::string_view detail);

}  // namespace indexcast::server
