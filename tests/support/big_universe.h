// A universe as large as an index provider's: synthetic securities in synthetic baskets, in memory
// or as definition files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calc/definition.h"

namespace indexcast::test {

struct BigUniverse {
  int instruments = 5'000;
  int indices = 10'000;
  // Members of an index: mostly few, in some indices many, `memberships` in all.
  int fewest = 10;
  int most = 3'000;
  int memberships = 3'000'000;
  std::uint64_t seed = 1;
};

// The same for the same `shape`. An instrument trades in market id % 3, in HKD in the third.
std::vector<IndexDefinition> big_definitions(const BigUniverse& shape);

// Writes each definition's head and members into `folder`; the paths of the heads, in order.
std::vector<std::string> write_definitions(const std::vector<IndexDefinition>& definitions,
                                           const std::string& folder);

}  // namespace indexcast::test
