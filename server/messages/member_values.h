// Value of each member of an index at the position of a LevelReader.
#pragma once

#include <cstdint>
#include <vector>

#include "server/view/level_reader.h"

namespace indexcast::server {

struct MemberValue {
  InstrumentId instrument = kNoInstrument;
  // nullptr before the first price: `price` is then the definition's reference price.
  const PriceApplied* applied = nullptr;
  Price price{};
  IndexShares shares{};        // index shares; of a fund, quantity in a creation unit
  FxRate rate{};               // units of the index's currency for one of the member's
  std::int64_t weight_bp = 0;  // of the index's capitalisation now, a fund's cash included, half up
  std::int64_t contribution = 0;  // to the change since the previous close, in the level's units
  bool certain = true;            // LevelReader::price_certain
};

// The members of `index` in its definition's order, with the prices of the reader's newest level.
// Valid until the next poll of the reader.
std::vector<MemberValue> member_values(const Universe& universe, const LevelReader& reader,
                                       IndexId index);

}  // namespace indexcast::server
