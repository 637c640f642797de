// One HTTP client's session: request after request, until it asks for the stream.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "server/web/connection.h"

namespace indexcast::server {

// Serves the socket. `entry` is nullptr for a client beyond a limit, which receives the answer for
// `refusal`.
void start_http(WorkerShared& shared, boost::asio::ip::tcp::socket socket,
                std::unique_ptr<ConnectionRegistry::Entry> entry,
                ConnectionRegistry::Refusal refusal);

}  // namespace indexcast::server
