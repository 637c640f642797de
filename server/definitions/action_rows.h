// A season of corporate actions as data vendors deliver it for `basket roll`: CSV, one row for each
// scheme of a company. Format: FORMATS.md of this folder.
#pragma once

#include <set>
#include <string>

#include "server/definitions/actions_file.h"

namespace indexcast::server {

// The part of a season that a roll uses. Rows outside of it need no readable amounts.
struct ActionScope {
  Date today = 0;  // of the definition: the day of suspensions
  Date date = 0;   // of the roll: the ex-date of the other actions
  std::set<std::string> members;
};

// Turns every row into actions, into a count in Actions::skipped, or into a fault. A row of a
// member on another day becomes an action without terms, which the roll counts.
Actions read_action_rows(const std::string& path, const ActionScope& scope, FaultList& faults);

}  // namespace indexcast::server
