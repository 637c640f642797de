// Status, definition, correction and pending messages as JSON text (proto/README.md, "JSON").
#pragma once

#include <string_view>

#include "indexcast/v1/stream.pb.h"
#include "server/messages/level_json.h"

namespace indexcast::server {

// Each appends one compact object, its "type" first.
void append_status_json(JsonBuffer& out, const v1::StatusChanged& status);
void append_definition_json(JsonBuffer& out, const v1::DefinitionChanged& change);
void append_correction_json(JsonBuffer& out, const v1::Correction& correction);
// `type`: "pending", or empty for none.
void append_pending_json(JsonBuffer& out, const v1::PendingPrice& pending, std::string_view type);

// Appends an array of them, without types.
void append_pending_list_json(JsonBuffer& out,
                              const google::protobuf::RepeatedPtrField<v1::PendingPrice>& list);

}  // namespace indexcast::server
