// The day's definitions as they stood one after another: each edition is immutable, and lives as
// long as somebody looks at it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "calc/universe.h"

namespace indexcast::server {

// Numbers of indices, instruments and series are the same in all of them, and so are the codes. For
// the control plane: any thread, none of the core's.
class Editions {
 public:
  explicit Editions(std::shared_ptr<const Universe> first) { all_.emplace(0, std::move(first)); }

  // Takes one that may come into force; `in_force` is the one that is, and those before it are
  // forgotten here. Returns its number.
  std::uint32_t add(std::shared_ptr<const Universe> next, std::uint32_t in_force) {
    const std::lock_guard lock(mutex_);
    all_.erase(all_.begin(), all_.find(in_force));
    const std::uint32_t number = all_.rbegin()->first + 1;
    all_.emplace(number, std::move(next));
    return number;
  }

  // Never null. Of one that is forgotten, the next that is not.
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
