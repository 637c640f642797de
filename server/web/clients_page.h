// The body of /v1/clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "server/web/census.h"

namespace indexcast::server {

// At most `limit` connections with an id beyond `after`. Any thread.
std::string clients_page(const Census& census, std::uint64_t after, std::size_t limit);

}  // namespace indexcast::server
