// The day's definition sets, one after another. Each set is immutable and lives as long as
// somebody holds it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "calc/universe.h"

namespace indexcast::server {

// Numbers of indices, instruments and series are the same in all of them, and so are the codes. For
// the control plane: any thread, none of the core's.
class DefinitionSets {
 public:
  explicit DefinitionSets(std::shared_ptr<const Universe> first) {
    all_.emplace(0, std::move(first));
  }

  // Adds a set that may come into force; returns its number. Drops the sets before `in_force`, the
  // number of the set in force.
  std::uint32_t add(std::shared_ptr<const Universe> next, std::uint32_t in_force) {
    const std::lock_guard lock(mutex_);
    all_.erase(all_.begin(), all_.find(in_force));
    const std::uint32_t number = all_.rbegin()->first + 1;
    all_.emplace(number, std::move(next));
    return number;
  }

  // Never null. For the number of a dropped set, the oldest set that is not dropped.
  std::shared_ptr<const Universe> at(std::uint32_t number) const {
    const std::lock_guard lock(mutex_);
    const auto found = all_.lower_bound(number);
    return found == all_.end() ? all_.rbegin()->second : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint32_t, std::shared_ptr<const Universe>> all_;
};

}  // namespace indexcast::server
