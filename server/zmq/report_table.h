// What subscribers say they lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "calc/time.h"

namespace indexcast::server {

// v1::Report with who said it, and when.
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

// The newest report of each subscriber of each peer. Any thread.
class ReportTable {
 public:
  // Each is a row of six numbers in /metrics. Beyond it the oldest report is forgotten.
  static constexpr std::size_t kReportsMax = 256;

  void store(SubscriberReport report);
  // In the order of peers and subscribers.
  std::vector<SubscriberReport> all() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, SubscriberReport> reports_;
};

}  // namespace indexcast::server
