// A request and its answer, as plain data.
#pragma once

#include <string>
#include <string_view>

namespace indexcast::server {

struct Request {
  std::string_view method;  // "GET"
  std::string_view target;  // as sent: path, and perhaps a query
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string cache_control = "no-store";
  std::string allow = "GET, HEAD";  // of a 405
};

// RFC 7807: application/problem+json with the status, its title and what is wrong in this case.
Response problem(unsigned status, std::string_view title, std::string_view detail);

}  // namespace indexcast::server
