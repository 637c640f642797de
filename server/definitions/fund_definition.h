// From a portfolio composition to what the core computes (METHODOLOGY 9): which components are
// priced and which are cash.
#pragma once

#include "calc/definition.h"
#include "server/definitions/composition.h"
#include "server/definitions/reference_prices.h"
#include "server/settings/fault_list.h"
#include "server/settings/fund_settings.h"

namespace indexcast::server {

// `file` is the composition's, for messages; `tracked` the index of `settings.tracks`, or nullptr.
// The result has passed check_definition, the gate included, unless a fault was added.
IndexDefinition fund_definition(const Composition& composition, const FundSettings& settings,
                                const std::string& file, const ReferencePrices& references,
                                const IndexDefinition* tracked, FaultList& faults);

}  // namespace indexcast::server
