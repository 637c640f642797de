// Status, definition and correction messages as JSON text (proto/README.md, "JSON").
#pragma once

#include "indexcast/v1/stream.pb.h"
#include "server/publish/level_json.h"

namespace indexcast::server {

// Each appends one compact object, its "type" first.
void append_status_json(JsonBuffer& out, const v1::StatusChanged& status);
void append_definition_json(JsonBuffer& out, const v1::DefinitionChanged& change);
void append_correction_json(JsonBuffer& out, const v1::Correction& correction);

}  // namespace indexcast::server
