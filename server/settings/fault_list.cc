#include "server/settings/fault_list.h"

#include <absl/strings/str_join.h>
#include <fmt/format.h>

#include <algorithm>

namespace indexcast::server {

void FaultList::add(std::string_view file, int line, std::string_view key, std::string_view what) {
  faults_.push_back(fmt::format("{}:{}:{}: {}", file, std::max(line, 1), key, what));
}

void FaultList::add(const absl::Status& status) {
  if (!status.ok()) faults_.emplace_back(status.message());
}

bool FaultList::names(std::string_view file, int line) const {
  const std::string place = fmt::format("{}:{}:", file, line);
  return std::ranges::any_of(faults_,
                             [&](const std::string& fault) { return fault.starts_with(place); });
}

absl::Status FaultList::status() const {
  if (faults_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
}

}  // namespace indexcast::server
