// The day's definitions with one of them in a new version.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "calc/universe.h"

namespace indexcast::server {

// What `head`, a definition of an index of `before`, makes of it. The status says what is wrong,
// one line a fault: the definition's own faults, another day, a code that does not run, a
// contradiction to the other definitions, and an instrument or a rate that nothing of `before`
// names: the feeds do not look for it until a day begins.
absl::StatusOr<std::shared_ptr<const Universe>> next_edition(const Universe& before,
                                                             const std::string& head);

// What tells an edition from others in a request's value[2].
std::int64_t edition_mark(const Universe& edition);

}  // namespace indexcast::server
