// How much of something each holder of rights may have in a second, over all of its connections.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>

#include "server/access/token_bucket.h"

namespace indexcast::server {

// One thread.
class HolderBudgets {
 public:
  // Buckets kept; one that is full again is like a new one and needs no keeping.
  static constexpr std::size_t kHoldersMax = 4096;

  explicit HolderBudgets(std::int64_t per_second) : per_second_(per_second) {}

  // That of `holder`, the name of a token's owner or an address; valid until the next call.
  TokenBucket& of(const std::string& holder, TimeNs now) {
    if (buckets_.size() >= kHoldersMax && !buckets_.contains(holder)) make_room(now);
    return buckets_.try_emplace(holder, per_second_).first->second;
  }

 private:
  void make_room(TimeNs now) {
    for (auto at = buckets_.begin(); at != buckets_.end();)
      at = at->second.wait_ms(now) == 0 ? buckets_.erase(at) : std::next(at);
    // All in debt at once: forgiven, rather than kept without a bound.
    if (buckets_.size() >= kHoldersMax) buckets_.clear();
  }

  std::int64_t per_second_;
  std::map<std::string, TokenBucket> buckets_;
};

}  // namespace indexcast::server
