// All definitions of a configuration, held against each other.
#pragma once

#include <absl/status/statusor.h>

#include <span>
#include <vector>

#include "calc/universe.h"
#include "server/settings/config.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

// Whether what is wrong with one definition keeps the others from running.
enum class OnFault : std::uint8_t { refuse, leave_out };

// Every definition and every fund of the configuration, in this order, but for those with a fault:
// one of its own, another day than `day`, a code that an earlier one has, or another word than an
// earlier one's about a shared instrument or rate. `day` 0 becomes the configuration's day, or the
// first definition's. With `refuse` the result is only good when `faults` stays empty, and no fault
// is added that follows from another.
std::vector<IndexDefinition> gather_definitions(const Config& config, Date& day, FaultList& faults,
                                                OnFault on_fault);

// Refuses definitions of which one contradicts an earlier one. All faults at once.
absl::Status check_agreement(std::span<const IndexDefinition> definitions);

// Refuses the set when anything is wrong with any of them. All faults at once.
absl::StatusOr<Universe> load_universe(const Config& config);

// The day that runs: the configuration's, or else the one that its definitions are for.
Date trade_date_of(const Config& config, const Universe& universe);

}  // namespace indexcast::server
