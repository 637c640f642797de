// What `basket build` makes a definition from: a TOML head and a CSV file of members with weights,
// or with shares. Formats: FORMATS.md of this folder.
#pragma once

#include <string>

#include "calc/basket/new_basket.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

enum class NewBasketFrom : std::uint8_t { weights, shares };

struct NewBasketFile {
  NewBasketInput input;
  std::string notes;  // become comments of the definition
};

// What could be read; whatever is wrong with the rest is in `faults`.
NewBasketFile read_new_basket(const std::string& head, const std::string& members,
                              NewBasketFrom from, FaultList& faults);

}  // namespace indexcast::server
