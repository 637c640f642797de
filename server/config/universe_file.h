// All definitions of a configuration, held against each other.
#pragma once

#include <absl/status/statusor.h>

#include "calc/universe.h"
#include "server/config/config.h"

namespace indexcast::server {

// Loads every definition and every fund, in this order, and refuses the set when one is for another
// day, a code appears twice, or two of them disagree about a shared instrument or rate. All faults
// at once.
absl::StatusOr<Universe> load_universe(const Config& config);

// The day that runs: the configuration's, or else the one that its definitions are for.
Date trade_date_of(const Config& config, const Universe& universe);

}  // namespace indexcast::server
