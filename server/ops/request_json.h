// Requests, their outcomes and the control states of targets as JSON, for the caller and for the
// audit.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "server/ops/control_requests.h"

namespace indexcast::server {

using Json = nlohmann::ordered_json;

// "2025-04-02T01:29:50.000000001Z".
std::string utc_text(TimeNs time);

// Everything that is known of a request.
Json json_of(const Ticket& ticket, const Universe& universe);

// The audit's line before the core sees the request, and the one after.
Json audit_of_request(const Ticket& ticket, const Universe& universe);
Json audit_of_outcome(const Ticket& ticket);

// The version to expect of a target, and what is in force there. Null when nothing has this name.
Json control_state_of(std::string_view target, const TargetStates& states,
                      const Universe& universe);

}  // namespace indexcast::server
