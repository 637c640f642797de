// The body of /v1/clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "server/web/connection_registry.h"

namespace indexcast::server {

// At most `limit` connections with an id beyond `after`. Any thread.
std::string clients_page(const ConnectionRegistry& registry, std::uint64_t after,
                         std::size_t limit);

}  // namespace indexcast::server
