// The tokens of HTTP and WebSocket clients, from a file (README.md here, "Entitlements").
#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <string_view>

#include "server/access/client_rights.h"
#include "server/access/token_file.h"

namespace indexcast::server {

// Read-only once loaded: any thread.
class ClientTokens {
 public:
  // No tokens: everybody may have everything.
  ClientTokens() = default;
  ClientTokens(TokenOwners owners, std::map<std::string, SharedRights, std::less<>> rights)
      : owners_(std::move(owners)), rights_(std::move(rights)) {}

  bool required() const { return owners_.size() > 0; }
  // What a request with this token may have; empty token: none was given. nullptr: nothing.
  SharedRights rights_of(std::string_view token) const;

 private:
  TokenOwners owners_;
  std::map<std::string, SharedRights, std::less<>> rights_;
};

// An empty path is no tokens. Faults as load_tokens.
absl::StatusOr<ClientTokens> load_client_tokens(const std::string& path);

}  // namespace indexcast::server
