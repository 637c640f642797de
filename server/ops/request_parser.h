// An operator's request from the JSON that it comes in. server/ops/REQUESTS.md has the fields.
#pragma once

#include <absl/status/statusor.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "calc/universe.h"
#include "server/ops/control_request.h"

namespace indexcast::server {

inline constexpr std::size_t kReasonBytesMax = 500;
// A request that waits longer than a day belongs to another one.
inline constexpr std::int64_t kExpiryNsMax = kNsPerDay;

// Any bytes: the object that they are, or DataLoss; also when a key stands twice, which would have
// two meanings.
absl::StatusOr<nlohmann::json> parse_object(std::string_view text);

// The reason of an object that has nothing else. Errors as parse_request().
absl::StatusOr<std::string> parse_reason(std::string_view text);

// Any bytes. DataLoss when they are no JSON object; InvalidArgument, with every fault as
// "key: what", one a line, when the object is no request.
absl::StatusOr<ControlRequest> parse_request(std::string_view text, const Universe& universe);

}  // namespace indexcast::server
