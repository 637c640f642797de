// What the holder of a token may have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace indexcast::server {

// Immutable once loaded; shared by all threads.
struct ClientRights {
  std::string name = {};  // empty: everybody, where no tokens are configured
  bool every_code = true;
  std::set<std::string, std::less<>> codes = {};
  bool tick = true;
  bool grid = true;
  bool conflated = true;
  bool replay = true;
  bool operations = true;                // may read /v1/clients
  std::size_t connections = 0;           // at once; 0: as many as the server takes
  std::int64_t levels_per_second = 0;    // over one WebSocket; 0: all
  std::int64_t commands_per_second = 0;  // likewise; 0: as many as the server takes

  bool may_see(std::string_view code) const { return every_code || codes.contains(code); }
};

using SharedRights = std::shared_ptr<const ClientRights>;

}  // namespace indexcast::server
