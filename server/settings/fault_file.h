// Reads a plan of faults for the simulator. deploy/faults.toml shows the form and lists the kinds.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "feedhandlers/simulator/faults/fault_plan.h"

namespace indexcast::server {

// The faults in the file's order. The status text is "file:line:key: what", one line per mistake,
// all of them.
absl::StatusOr<sim::FaultPlan> load_faults(const std::string& path);

// The same, or, for "seed:N", the plan that seed N makes inside `range`.
absl::StatusOr<sim::FaultPlan> faults_from(const std::string& path_or_seed,
                                           const sim::PlanRange& range);

}  // namespace indexcast::server
