// An address as configuration writes it.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace indexcast::feed {

// IPv4 host (dotted) and port.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Parses "127.0.0.1:9129"; empty for another form. Does not check whether the host is an address.
inline std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return Endpoint{std::string(text.substr(0, colon)), port};
}

inline std::string to_string(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

// The `address` of each gateway, in the same order.
template <class Gateway>
std::vector<Endpoint> addresses_of(const std::vector<Gateway>& gateways) {
  std::vector<Endpoint> addresses;
  addresses.reserve(gateways.size());
  for (const Gateway& gateway : gateways) addresses.push_back(gateway.address);
  return addresses;
}

// The gateway at `place` of the list; a default one where there is none, as for a capture.
template <class Gateway>
const Gateway& gateway_at(const std::vector<Gateway>& gateways, std::size_t place) {
  static const Gateway kNone;
  return place < gateways.size() ? gateways[place] : kNone;
}

}  // namespace indexcast::feed
