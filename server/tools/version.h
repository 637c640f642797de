// What `indexcast --version` prints: our version, the build, and the libraries it runs with.
#pragma once

#include <string>

namespace indexcast::server {

std::string version_text();

}  // namespace indexcast::server
