// One HTTP client's session: request after request, until it asks for the stream.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "server/web/connection.h"

namespace indexcast::server {

// Serves the socket; `seat` is nullptr for one client too many, who is told so for `refusal`.
void start_http(WorkerShared& shared, boost::asio::ip::tcp::socket socket,
                std::unique_ptr<Census::Seat> seat, Census::Refusal refusal);

}  // namespace indexcast::server
