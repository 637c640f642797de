// The messages of the subprotocol indexcast.v1.json, from those of indexcast.v1.protobuf: what one
// says the other says too.
#pragma once

#include "indexcast/v1/websocket.pb.h"
#include "server/messages/level_json.h"

namespace indexcast::server {

// Appends one compact object with its "type", and its "id" where that is not 0 (proto/README.md,
// "WebSocket").
void append_server_message_json(JsonBuffer& out, const v1::ServerMessage& message);

}  // namespace indexcast::server
