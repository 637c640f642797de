#include "feedhandlers/szse/price_ladder.h"

#include <algorithm>

namespace indexcast::szse {
namespace {

constexpr std::int64_t kPrevCloseScale = 100;  // 1e-4 to 1e-6
constexpr std::int64_t kQtyScale = 100;        // 1e-2 to whole shares

// Entry 2; 0 when the security has not traded (3.1: absent then).
std::int64_t last_among(const EntryRange& entries) {
  for (const Entry& entry : entries) {
    if (entry.md_entry_type == kEntryLast) return entry.md_entry_px;
  }
  return 0;
}

// A price in 1e-6, or 0 when it is none.
constexpr std::int64_t usable_entry(std::int64_t raw) {
  return raw > 0 && raw < kEntryPxOverflow ? raw : 0;
}
constexpr std::int64_t usable_prev_close(std::int64_t raw) {
  return raw > 0 && raw < kPriceOverflow ? raw * kPrevCloseScale : 0;
}

}  // namespace

std::optional<feed::TradedPrice> price_of(const Snapshot& snapshot, PriceRule rule) {
  const SnapshotFields& fields = snapshot.fields;
  const std::int64_t last = last_among(snapshot.entries);
  const bool closed = rule == PriceRule::closed;

  feed::TradedPrice price;
  if (last != 0) {
    price.kind = closed ? PriceKind::close : PriceKind::last;
    price.price = usable_entry(last);
  } else {
    price.kind = closed ? PriceKind::close : PriceKind::previous_close;
    price.price = usable_prev_close(fields.prev_close_px);
  }
  if (price.price == 0) return std::nullopt;
  price.volume = std::max<std::int64_t>(fields.total_volume_trade, 0) / kQtyScale;
  price.turnover = std::max<std::int64_t>(fields.total_value_trade, 0);
  return price;
}

}  // namespace indexcast::szse
