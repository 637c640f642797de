#include "server/publish/inav_encoder.h"

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

InavEncoder::InavEncoder(const Universe& universe) : prepared_(universe.indices().size()) {
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
  out.set_pace(grid_instant.ns == 0 ? v1::INAV_PACE_TICK : v1::INAV_PACE_GRID);
  out.set_grid_instant(grid_instant.ns);
  out.SerializeToString(&bytes_);
  return bytes_;
}

}  // namespace indexcast::server
