// A season of corporate actions as data vendors deliver it for `basket roll`: CSV, one row for each
// scheme of a company. Format: README.md of this folder.
#pragma once

#include <set>
#include <string>

#include "server/config/actions_file.h"

namespace indexcast::server {

// What a roll asks of a season. Only rows of its members on its days need to be readable.
struct ActionScope {
  Date today = 0;  // of the definition: suspensions of that day count
  Date date = 0;   // of the roll: what goes ex on that day counts
  std::set<std::string> members;
};

// Every row becomes actions, or is counted in Actions::skipped, or is in `faults`. A row out of
// scope becomes an action without terms, for the roll to count.
Actions read_action_rows(const std::string& path, const ActionScope& scope, FaultList& faults);

}  // namespace indexcast::server
