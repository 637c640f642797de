// The server's side of TLS, from files.
#pragma once

#include <absl/status/statusor.h>

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "server/settings/config.h"

namespace indexcast::server {

// TLS 1.2 at least, OpenSSL's own choice of ciphers. nullptr where no certificate is configured.
// The status text is "file:0:key: what", one line per fault, all of them.
absl::StatusOr<std::unique_ptr<boost::asio::ssl::context>> load_tls(const TlsSettings& settings);

}  // namespace indexcast::server
