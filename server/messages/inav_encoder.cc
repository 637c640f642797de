#include "server/messages/inav_encoder.h"

namespace indexcast::server {
namespace {

void set_terms(const FundTerms& terms, v1::Inav& out) {
  out.set_creation_unit(static_cast<std::uint64_t>(terms.creation_unit));
  out.set_cash_substitutes(cash_substitutes(terms).raw);
  out.set_estimated_cash(terms.estimated_cash.raw);
  out.set_tracked_index(terms.tracked_index);
}

}  // namespace

Money cash_substitutes(const FundTerms& terms) {
  const Int128 unit = pow10(kCapDecimals - Money::kDecimals);
  return {static_cast<std::int64_t>(cash_of(terms) / unit) - terms.estimated_cash.raw};
}

InavEncoder::InavEncoder(const Universe& universe, std::int64_t grid_ns)
    : grid_ms_(static_cast<std::uint32_t>(grid_ns / kNsPerMs)),
      prepared_(universe.indices().size()) {
  for (IndexId id = 0; id < prepared_.size(); ++id) {
    const auto& fund = universe.indices()[id].fund;
    if (!fund) continue;
    funds_.push_back(id);
    set_terms(*fund, prepared_[id]);
  }
}

std::string_view InavEncoder::encode(IndexId fund, const v1::Level& level, TimeNs grid_instant) {
  v1::Inav& out = prepared_[fund];
  out.mutable_level()->CopyFrom(level);
  const bool of_grid = grid_instant.ns != 0;
  out.set_pace(of_grid ? v1::INAV_PACE_GRID : v1::INAV_PACE_TICK);
  out.set_grid_instant(grid_instant.ns);
  out.set_pace_ms(of_grid ? grid_ms_ : 0);
  out.SerializeToString(&bytes_);
  return bytes_;
}

}  // namespace indexcast::server
