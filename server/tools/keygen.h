// `indexcast keygen`: a CURVE key for a server or a client.
#pragma once

#include <iosfwd>
#include <string>

namespace indexcast::server {

// Writes a new secret key to the file `path`, which must not exist and nobody else may read, and
// its public key to `out`. Returns an exit code; faults go to `err`.
int run_keygen(const std::string& path, std::ostream& out, std::ostream& err);

}  // namespace indexcast::server
