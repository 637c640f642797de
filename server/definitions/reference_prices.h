// Where trading in each component starts today: what the day's definitions say, and a closes file
// for what none of them holds.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "calc/definition.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {

struct ComponentPrice {
  std::shared_ptr<const Security> security;  // null when only a closes file names it
  std::string currency;                      // of the listing
  Price price{};
  bool suspended = false;  // on the day before
};

class ReferencePrices {
 public:
  // Every member of `definitions` with its reference price.
  explicit ReferencePrices(std::span<const IndexDefinition> definitions);

  // Adds a closes file: CSV in UTF-8 with the header line `symbol,currency,reference_price`, '#'
  // for comments. A symbol twice, or with another price or currency than is known, is a fault.
  void add_closes(const std::string& path, FaultList& faults);

  // nullptr when nobody says it.
  const ComponentPrice* find(std::string_view symbol) const;

 private:
  absl::flat_hash_map<std::string, ComponentPrice> prices_;
};

}  // namespace indexcast::server
