// Corporate actions and a review for `basket roll`, a TOML file; of rows: action_rows.h. Format:
// FORMATS.md of this folder.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calc/basket/corporate_action.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

// "2025-04-03", and as vendors write it: "20250403", "2025/4/3", "2025-04-03 00:00:00".
struct VendorDateText {
  std::optional<Date> parse(std::string_view text) const;
  std::string expected() const { return "a date, YYYY-MM-DD, YYYYMMDD or YYYY/M/D"; }
};

struct Actions {
  std::vector<CorporateAction> actions;  // in the file's order
  std::optional<Review> review;
  // Set when the file is a CSV file (action_rows.h):
  std::size_t rows = 0;
  SkipCounts skipped{};                     // rows that gave no action
  std::vector<std::string> unused_columns;  // which no term is read from
};

// What could be read; whatever is wrong with the rest is in `faults`.
Actions read_actions(const std::string& path, FaultList& faults);

}  // namespace indexcast::server
