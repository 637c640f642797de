// Corporate actions and a review for `basket roll`, a TOML file. Format: README.md of this folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calc/basket/corporate_action.h"
#include "server/config/fault_list.h"

namespace indexcast::server {

struct Actions {
  std::vector<CorporateAction> actions;  // in the file's order
  std::optional<Review> review;
};

// What could be read; whatever is wrong with the rest is in `faults`.
Actions read_actions(const std::string& path, FaultList& faults);

}  // namespace indexcast::server
