#include "server/web/origin.h"

#include <absl/strings/match.h>

#include <algorithm>

namespace indexcast::server {
namespace {

bool equal(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(absl::string_view(a.data(), a.size()),
                                absl::string_view(b.data(), b.size()));
}

}  // namespace

bool origin_is_allowed(std::string_view origin, std::string_view host,
                       std::span<const std::string> allowed) {
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos && !host.empty() && equal(origin.substr(scheme + 3), host))
    return true;
  return std::ranges::any_of(
      allowed, [&](const std::string& each) { return each == "*" || equal(each, origin); });
}

}  // namespace indexcast::server
