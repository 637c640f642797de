// The securities that member files name, each kept once, however many members name it.
#pragma once

#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

#include <memory>
#include <string_view>

#include "calc/security.h"

namespace indexcast::server {

// What a row says of a security, before anyone has looked whether it is right.
struct SecurityText {
  std::string_view symbol;
  std::string_view name;
  std::string_view currency;

  friend bool operator==(const SecurityText&, const SecurityText&) = default;
};

// One thread. Rows that say another name or currency of a symbol have a security of their own.
class SecurityPool {
 public:
  // Null when nobody has added it.
  std::shared_ptr<const Security> find(const SecurityText& text) const {
    const auto it = securities_.find(text);
    return it == securities_.end() ? nullptr : *it;
  }
  void add(std::shared_ptr<const Security> security) { securities_.insert(std::move(security)); }

 private:
  using Pointer = std::shared_ptr<const Security>;

  static SecurityText text_of(const SecurityText& text) { return text; }
  static SecurityText text_of(const Pointer& security) {
    return {security->symbol, security->name, security->currency};
  }
  struct Hash {
    using is_transparent = void;
    // Another name of the same symbol is rare, so the symbol alone tells nearly all apart.
    std::size_t operator()(const auto& key) const { return absl::HashOf(text_of(key).symbol); }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const { return text_of(a) == text_of(b); }
  };

  absl::flat_hash_set<Pointer, Hash, Equal> securities_;
};

}  // namespace indexcast::server
