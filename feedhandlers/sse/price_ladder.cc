#include "feedhandlers/sse/price_ladder.h"

namespace indexcast::sse {
namespace {

constexpr std::int64_t kPriceScale = 10;   // 1e-5 to 1e-6
constexpr std::int64_t kValueScale = 100;  // 1e-2 to 1e-4

struct EntryPrices {
  std::uint64_t last = 0;
  std::uint64_t close = 0;
};

EntryPrices prices_among(const EntryRange& entries) {
  EntryPrices prices;
  for (const Entry& entry : entries) {
    if (entry.md_entry_type == kEntryLast) prices.last = entry.md_entry_px;
    if (entry.md_entry_type == kEntryClose) prices.close = entry.md_entry_px;
  }
  return prices;
}

// Fields at or beyond their overflow code say nothing.
constexpr std::int64_t known(std::uint64_t raw, std::uint64_t overflow) {
  return raw < overflow ? static_cast<std::int64_t>(raw) : 0;
}

}  // namespace

std::optional<feed::TradedPrice> price_of(const Snapshot& snapshot, PriceRule rule) {
  const SnapshotFields& fields = snapshot.fields;
  const EntryPrices entries = prices_among(snapshot.entries);
  const bool closed = rule == PriceRule::closed;

  std::uint64_t raw = fields.pre_close_px;
  PriceKind kind = closed ? PriceKind::close : PriceKind::previous_close;
  if (closed && entries.close != 0) {
    raw = entries.close;
  } else if (entries.last != 0) {
    raw = entries.last;
    if (!closed) kind = PriceKind::last;
  }
  if (raw == 0 || raw >= kPriceOverflow) return std::nullopt;
  return feed::TradedPrice{
      .kind = kind,
      .price = static_cast<std::int64_t>(raw) * kPriceScale,
      .volume = known(fields.total_volume_traded, kVolumeOverflow),
      .turnover = known(fields.total_value_traded, kValueOverflow) * kValueScale};
}

}  // namespace indexcast::sse
