// What one subscriber may see: codes of indices, and kinds of topics.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/settings/topic_kind.h"

namespace indexcast::server {

// Stands for every code in a list of codes.
inline constexpr std::string_view kEveryCode = "*";

// Immutable. A code need not be one of the day's: days come and go under the same entitlement.
class Entitlement {
 public:
  // Everything.
  Entitlement() = default;
  // `codes` may hold kEveryCode; none of `kinds` is none of them.
  Entitlement(std::span<const std::string> codes, std::span<const TopicKind> kinds);

  bool sees(std::string_view code) const { return every_code_ || codes_.contains(code); }
  bool sees(TopicKind kind) const { return kinds_[static_cast<std::size_t>(kind)]; }

  // What a subscription to the topics that begin with `prefix` may become: itself where everything
  // that it can match is allowed, otherwise the allowed prefixes that it covers. Empty: refused.
  std::vector<std::string> admitted(std::string_view prefix) const;

  // Prefixes that `codes` and `kinds` allow: an upper bound for what admitted() returns.
  static constexpr std::size_t grants_of(std::size_t codes, std::size_t kinds) {
    return 1 + codes * (kinds + 1);
  }

 private:
  bool every_code_ = true;
  std::array<bool, kTopicKindNames.size()> kinds_{true, true, true, true, true, true, true};
  std::set<std::string, std::less<>> codes_;
  // Prefixes of the allowed topics; one empty prefix when that is everything.
  std::vector<std::string> grants_{""};
};

}  // namespace indexcast::server
