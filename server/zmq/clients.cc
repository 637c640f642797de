#include "server/zmq/clients.h"

#include <zmq.h>

#include <array>
#include <span>

namespace indexcast::server {
namespace {

constexpr std::size_t kPublicKeyBytes = 32;

// The configuration's reader has seen that the text is a key.
std::string decoded(const std::string& key) {
  std::array<std::uint8_t, kPublicKeyBytes> bytes{};
  zmq_z85_decode(bytes.data(), key.c_str());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::int64_t or_default(std::int64_t own, std::int64_t of_everybody) {
  return own > 0 ? own : of_everybody;
}

}  // namespace

ZmqClients::ZmqClients(const ZmqSettings& settings)
    : listed_(!settings.clients.empty()),
      unlisted_{listed_ ? Entitlement(std::span<const std::string>{}, {}) : Entitlement(),
                settings.requests_per_s, settings.answer_bytes_per_s} {
  for (const ZmqClientSettings& client : settings.clients) {
    clients_[client.name] = {Entitlement(client.codes, client.topics),
                             or_default(client.requests_per_s, settings.requests_per_s),
                             or_default(client.answer_bytes_per_s, settings.answer_bytes_per_s)};
    names_[decoded(client.public_key)] = client.name;
  }
}

std::string_view ZmqClients::name_of_key(std::string_view key) const {
  const auto found = names_.find(key);
  return found == names_.end() ? std::string_view{} : std::string_view(found->second);
}

const ZmqClient& ZmqClients::of(std::string_view name) const {
  const auto found = clients_.find(name);
  return found == clients_.end() ? unlisted_ : found->second;
}

}  // namespace indexcast::server
