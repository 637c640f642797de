#include "server/web/clients_page.h"

#include <iterator>

#include "server/messages/level_json.h"

namespace indexcast::server {
namespace {

void append_text(JsonBuffer& out, std::string_view key, const std::string& text) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":", key);
  append_quoted(out, text);
}

void append_client(JsonBuffer& out, const ClientDescription& client) {
  fmt::format_to(std::back_inserter(out), "{{\"id\":{},\"since\":\"{}\"", client.id,
                 client.since.ns);
  append_text(out, "address", client.address);
  append_text(out, "name", client.name);
  append_text(out, "subprotocol", client.subprotocol);
  fmt::format_to(std::back_inserter(out),
                 ",\"subscriptions\":{{\"tick\":{},\"grid\":{},\"conflated\":{}}},"
                 "\"queued\":{},\"sent\":{},\"skipped\":{}}}",
                 client.tick, client.grid, client.conflated, client.queued, client.sent,
                 client.skipped);
}

}  // namespace

std::string clients_page(const ConnectionRegistry& registry, std::uint64_t after,
                         std::size_t limit) {
  const std::vector<ClientDescription> clients = registry.list(after, limit + 1);
  JsonBuffer out;
  fmt::format_to(std::back_inserter(out), "{{\"clients\":[");
  const std::size_t shown = std::min(clients.size(), limit);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out.push_back(',');
    append_client(out, clients[i]);
  }
  if (clients.size() > limit) {
    fmt::format_to(std::back_inserter(out), "],\"next\":{}}}", clients[limit - 1].id);
  } else {
    fmt::format_to(std::back_inserter(out), "],\"next\":null}}");
  }
  return std::string(text_of(out));
}

}  // namespace indexcast::server
