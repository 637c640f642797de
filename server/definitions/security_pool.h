// The securities that member files name, each kept once, however many members name it.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "calc/security.h"

namespace indexcast::server {

// Found by what a row says of a security before anyone has looked whether it is right: symbol, name
// and currency as they stand in the file, one piece of text, so that a row costs one look at memory
// for it. Rows that say another name or currency of a symbol have a security of their own. One
// thread.
class SecurityPool {
 public:
  // Null when nobody has added it.
  std::shared_ptr<const Security> find(std::string_view text) const {
    const auto it = securities_.find(text);
    return it == securities_.end() ? nullptr : it->second;
  }
  void add(std::string_view text, std::shared_ptr<const Security> security) {
    securities_.emplace(texts_.emplace_back(text), std::move(security));
  }

 private:
  std::deque<std::string> texts_;  // where the keys stand
  absl::flat_hash_map<std::string_view, std::shared_ptr<const Security>> securities_;
};

}  // namespace indexcast::server
