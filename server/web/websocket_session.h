// One WebSocket client's session. Includes Boost.Beast: for http_session.cc and its own source
// only.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>

#include "server/web/connection.h"
#include "server/web/transport.h"

namespace indexcast::server {

using HandshakeRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Takes the connection over and answers the handshake `request`, which names kStreamPath and a
// subprotocol of ours or none. The entry has rights unless a token is still to come.
void start_websocket(WorkerShared& shared, std::unique_ptr<Transport> transport,
                     std::unique_ptr<ConnectionRegistry::Entry> entry,
                     const HandshakeRequest& request);

// Whether the handshake asks for a subprotocol of ours, or for none.
bool subprotocol_is_known(const HandshakeRequest& request);

}  // namespace indexcast::server
