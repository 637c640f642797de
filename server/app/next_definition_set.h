// The day's definitions with one of them in a new version.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "calc/universe.h"

namespace indexcast::server {

// Returns `before` with the definition at `head` in place of the same index's. The status has one
// line a fault: the definition's own faults, another day, a code that does not run, a
// contradiction to the other definitions, and an instrument or a rate that nothing of `before`
// names: the feeds do not look for it until a day begins.
absl::StatusOr<std::shared_ptr<const Universe>> next_definition_set(const Universe& before,
                                                                    const std::string& head);

// Identifies the contents of a definition set in a request's value[2].
std::int64_t definition_set_digest(const Universe& definition_set);

}  // namespace indexcast::server
