// A budget per second for each principal, over all connections of the principal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>

#include "server/access/token_bucket.h"

namespace indexcast::server {

// One thread.
class PrincipalBudgets {
 public:
  // Largest number of buckets. A bucket that is full again equals a new one and is dropped.
  static constexpr std::size_t kPrincipalsMax = 4096;

  explicit PrincipalBudgets(std::int64_t per_second) : per_second_(per_second) {}

  // Returns the bucket of `principal`: the name of the owner of a token, or an address. Valid until
  // the next call.
  TokenBucket& of(const std::string& principal, TimeNs now) {
    if (buckets_.size() >= kPrincipalsMax && !buckets_.contains(principal)) make_room(now);
    return buckets_.try_emplace(principal, per_second_).first->second;
  }

 private:
  void make_room(TimeNs now) {
    for (auto at = buckets_.begin(); at != buckets_.end();)
      at = at->second.wait_ms(now) == 0 ? buckets_.erase(at) : std::next(at);
    // All buckets are in debt: drops them all, because the table must stay bounded.
    if (buckets_.size() >= kPrincipalsMax) buckets_.clear();
  }

  std::int64_t per_second_;
  std::map<std::string, TokenBucket> buckets_;
};

}  // namespace indexcast::server
