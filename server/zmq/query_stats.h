// Counts of requests and replies over ZeroMQ, and the losses that subscribers report.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calc/time.h"
#include "server/view/counter.h"
#include "server/view/enum_names.h"

namespace indexcast::server {

// A v1::Report with its peer and its receive time.
struct SubscriberReport {
  std::string peer;
  std::string subscriber;
  std::uint64_t received = 0;
  std::uint64_t missed = 0;
  std::uint64_t recovered = 0;
  std::uint64_t unrecoverable = 0;
  std::uint64_t switches = 0;
  std::uint64_t heartbeat_timeouts = 0;
  TimeNs time{};
};

// Keeps the newest report of each subscriber of each peer. Any thread may call it.
class ReportTable {
 public:
  // Each report is six values in /metrics. Beyond this number the oldest report is dropped.
  static constexpr std::size_t kReportsMax = 256;

  void store(SubscriberReport report) {
    const std::lock_guard lock(mutex_);
    reports_[{report.peer, report.subscriber}] = std::move(report);
    if (reports_.size() <= kReportsMax) return;
    reports_.erase(std::ranges::min_element(reports_, {},
                                            [](const auto& entry) { return entry.second.time; }));
  }
  // Returns all reports, ordered by peer and subscriber.
  std::vector<SubscriberReport> all() const {
    const std::lock_guard lock(mutex_);
    std::vector<SubscriberReport> out;
    for (const auto& [key, report] : reports_) out.push_back(report);
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, SubscriberReport> reports_;
};

// Of v1::Request: body_case n is name n - 2.
inline constexpr std::array<std::string_view, 6> kQuestionNames{"snapshot",    "replay",  "records",
                                                                "definitions", "members", "report"};

struct QueryStats {
  std::array<Counter, kQuestionNames.size()> questions;  // that were understood, refused or not
  std::array<Counter, kRefusalNames.size()> refusals;
  Counter levels;  // in answers
  Counter bytes;   // of answers
  Counter unsent;  // answers that could not be sent: the client's queue is full, or it left
  Counter peers;   // known now
  Counter lapped;  // times that the core overtook this reader by the whole ring
  ReportTable reports;
};

}  // namespace indexcast::server
