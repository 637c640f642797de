// What both of the server's ZeroMQ sockets have in common.
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <zmq.hpp>

#include "server/settings/config.h"

namespace indexcast::server {

// The key in the first line of `path` that is not empty and no comment: Z85, 40 characters. The
// status says "file:line:key: what".
absl::StatusOr<std::string> load_curve_secret(const std::string& path);

// The public key that belongs to a secret one, both in Z85.
std::string curve_public_of(const std::string& secret_key);

// Before bind. Throws std::runtime_error with the path when the secret key cannot be had.
void apply_options(const ZmqSettings& settings, zmq::socket_t& socket);

// Returns what was bound, with the port that a wildcard became; throws std::runtime_error with the
// endpoint when it cannot be had.
std::string bind_or_throw(const std::string& endpoint, zmq::socket_t& socket);

}  // namespace indexcast::server
