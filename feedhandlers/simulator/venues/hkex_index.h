// One index of HKEX's index channel over the simulated securities (notes 2.19, 2.20).
#pragma once

#include <cstdint>

#include "feedhandlers/hkex/message.h"
#include "feedhandlers/simulator/day/publisher.h"

namespace indexcast::sim {

class HkexIndex {
 public:
  hkex::IndexDefinitionMessage definition() const;
  // The mean of the securities' prices over their previous closes, as it stands.
  hkex::IndexData data(const Market& market, TimeNs now);

 private:
  std::int64_t open_ = 0;
  std::int64_t high_ = 0;
  std::int64_t low_ = 0;
};

}  // namespace indexcast::sim
