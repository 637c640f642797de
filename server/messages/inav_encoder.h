// A fund's level with the terms of its creation unit as the subscriber's message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calc/time.h"
#include "calc/universe.h"
#include "indexcast/v1/stream.pb.h"

namespace indexcast::server {

// What a creation unit holds in cash beside the estimated difference.
Money cash_substitutes(const FundTerms& terms);

// Keeps one prepared message per fund, so that after the first one of each nothing is allocated.
// One thread.
class InavEncoder {
 public:
  // `universe` outlives the encoder; the grid has an instant every `grid_ns`.
  InavEncoder(const Universe& universe, std::int64_t grid_ns);

  // The funds of the universe, in its order.
  const std::vector<IndexId>& funds() const { return funds_; }

  // Serialized; valid until the next call. `fund` is one of funds(), `level` its message; a tick
  // for `grid_instant` zero, else the grid's publication of that instant.
  std::string_view encode(IndexId fund, const v1::Level& level, TimeNs grid_instant);

 private:
  const std::uint32_t grid_ms_;
  std::vector<IndexId> funds_;
  std::vector<v1::Inav> prepared_;  // by index; empty for one that is no fund
  std::string bytes_;
};

}  // namespace indexcast::server
