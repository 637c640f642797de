// One WebSocket client's socket. Includes Boost.Beast: for http_server.cc and its own source only.
#pragma once

#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http/connection.h"

namespace indexcast::server {

// Takes the socket over and answers the handshake `request`, which names kStreamPath.
void start_websocket(HttpShared& shared, boost::beast::tcp_stream stream,
                     const boost::beast::http::request<boost::beast::http::string_body>& request);

// Whether the handshake asks for a subprotocol of ours, or for none.
bool subprotocol_is_known(
    const boost::beast::http::request<boost::beast::http::string_body>& request);

}  // namespace indexcast::server
