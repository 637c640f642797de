#include "server/zmq/report_table.h"

#include <algorithm>

namespace indexcast::server {

void ReportTable::store(SubscriberReport report) {
  const std::lock_guard lock(mutex_);
  reports_[{report.peer, report.subscriber}] = std::move(report);
  if (reports_.size() <= kReportsMax) return;
  reports_.erase(
      std::ranges::min_element(reports_, {}, [](const auto& entry) { return entry.second.time; }));
}

std::vector<SubscriberReport> ReportTable::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<SubscriberReport> out;
  for (const auto& [key, report] : reports_) out.push_back(report);
  return out;
}

}  // namespace indexcast::server
