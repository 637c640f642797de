#include <fmt/format.h>

#include <iterator>

#include "server/messages/level_json.h"
#include "server/web/request_target.h"
#include "server/web/response.h"

namespace indexcast::server {

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

void name_instance(Response& response, std::string_view path) {
  if (response.status < 400) return;
  JsonBuffer instance;
  fmt::format_to(std::back_inserter(instance), ",\"instance\":");
  append_quoted(instance, uri_of(path));
  response.body.insert(response.body.size() - 1, text_of(instance));
}

}  // namespace indexcast::server
