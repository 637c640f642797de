// Any bytes as the target of an HTTP request: taken apart without losing or inventing any, and
// answered by a page or by a problem that is JSON whatever the target was.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/web/request_target.h"
#include "server/web/routes.h"
#include "server/web/stream_hub.h"
#include "tests/support/core_stub.h"

namespace {

using namespace indexcast;
using namespace indexcast::server;
using Json = nlohmann::json;

constexpr std::array kMethods{"GET", "HEAD", "OPTIONS", "POST"};

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

std::string every_byte_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789aBcDeF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

void check_path(std::string_view said) {
  const std::string_view path = path_of(said);
  require(path.find('?') == std::string_view::npos && path.size() <= said.size() + 1);
  require(path == "/" || said.find(path) != std::string_view::npos);
}

void check_decoding(std::string_view said) {
  const auto whole = percent_decode(every_byte_encoded(said));
  require(has_control(said) ? !whole : whole == said);
  const auto decoded = percent_decode(said);
  if (!decoded) return;
  const auto signs = static_cast<std::size_t>(std::count(said.begin(), said.end(), '%'));
  require(decoded->size() + 2 * signs == said.size() && !has_control(*decoded));
}

void check_query(std::string_view said) {
  const auto query = query_of(said);
  if (!query) return;
  std::string again = "/?";
  std::size_t bytes = 0;
  for (const auto& [name, value] : *query) {
    require(!name.empty() && !has_control(name) && !has_control(value));
    bytes += name.size() + value.size();
    again += every_byte_encoded(name) + "=" + every_byte_encoded(value) + "&";
    const auto number = number_of(*query, name, 3, 1000, 7);
    require(!number || (*number >= 3 && *number <= 1000));
  }
  require(bytes <= said.size() && query_of(again) == query);
  require(number_of(*query, "", 3, 1000, 7) == std::optional<std::uint64_t>(7));
}

// What answers come from: three indices, one of which has no level, and a client with every right.
struct Pages {
  Pages() {
    for (int i = 1; i <= 200; ++i) core.publish(static_cast<IndexId>(i % 2), 1000 + i);
    hub.poll(1000);
    require(entry->belong_to(std::make_shared<const ClientRights>()));
  }
  Response ask(std::string_view method, std::string_view target) {
    return respond({api, sources, settings, tokens, registry, stats, *entry},
                   {.method = method, .target = target});
  }

  const HttpSettings settings;
  CoreStub core;
  ClientTokens tokens;
  ClientStats stats;
  ConnectionRegistry registry{1, 0};
  ConnectionRegistry::Refusal refusal{};
  std::unique_ptr<ConnectionRegistry::Entry> entry = registry.admit("fuzz", {}, refusal);
  StreamHub hub{settings, tokens, core.view(), Clock(), stats, "websocket"};
  MetricSources sources{core.view(), {&hub.stats()}, {&stats}, {}};
  Api api{sources, hub.day(), Clock(), settings.replay_bytes_per_s};
};

void check_answer(const Response& response, std::string_view method) {
  constexpr std::array kStatuses{200u, 204u, 400u, 404u, 405u, 409u, 426u, 429u, 503u};
  require(std::find(kStatuses.begin(), kStatuses.end(), response.status) != kStatuses.end());
  require((response.status == 405) == (method == "POST"));
  require(!has_control(response.content_type) && !has_control(response.etag));
  if (!response.content_type.ends_with("json") || response.body.empty()) return;
  const Json body = Json::parse(response.body);  // throws where it is none, or no UTF-8
  if (response.status < 400) return;
  require(response.content_type == "application/problem+json");
  require(body.at("status") == response.status && body.at("instance").is_string());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Pages pages;
  const std::string_view said(reinterpret_cast<const char*>(data), size);
  check_path(said);
  check_decoding(said);
  check_query(said);
  const std::string_view method = kMethods[size % kMethods.size()];
  check_answer(pages.ask(method, said), method);
  return 0;
}
