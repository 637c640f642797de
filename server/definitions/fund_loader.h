// All funds of a configuration, from their day's files.
#pragma once

#include <span>
#include <vector>

#include "calc/definition.h"
#include "server/settings/fault_list.h"
#include "server/settings/fund_settings.h"

namespace indexcast::server {

// The definition of every enabled fund that has no fault. `indices` are the day's definitions and
// `trade_date` the day that runs; every fault of every fund is added to `faults`.
std::vector<IndexDefinition> load_funds(std::span<const FundSettings> funds,
                                        std::span<const IndexDefinition> indices, Date trade_date,
                                        FaultList& faults);

}  // namespace indexcast::server
