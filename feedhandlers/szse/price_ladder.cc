#include "feedhandlers/szse/price_ladder.h"

#include <algorithm>

namespace indexcast::szse {
namespace {

constexpr std::int64_t kPrevCloseScale = 100;  // 1e-4 to 1e-6
constexpr std::int64_t kQtyScale = 100;        // 1e-2 to whole shares

// MDPriceLevel of the best one.
constexpr std::uint16_t kBestLevel = 1;

// A price in 1e-6, or 0 when it is none.
constexpr std::int64_t usable_entry(std::int64_t raw) {
  return raw > 0 && raw < kEntryPxOverflow ? raw : 0;
}
constexpr std::int64_t usable_prev_close(std::int64_t raw) {
  return raw > 0 && raw < kPriceOverflow ? raw * kPrevCloseScale : 0;
}

// `last` is entry 2; 0 when the security has not traded (3.1: absent then).
std::optional<feed::TradedPrice> price_with(std::int64_t last, const SnapshotCommon& fields,
                                            PriceRule rule) {
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

constexpr std::int64_t usable_lower(std::int64_t raw) {
  return raw > kSharePriceTick ? usable_entry(raw) : 0;
}

// The entries that matter as they stand; 0 where they are absent.
struct RawPrices {
  std::int64_t last = 0;
  std::int64_t upper = 0;
  std::int64_t lower = 0;
};

std::optional<feed::PriceLimits> limits_with(const RawPrices& raw) {
  if (raw.upper == 0 && raw.lower == 0) return std::nullopt;
  const std::int64_t lower = usable_lower(raw.lower);
  return feed::PriceLimits{.lower = lower,
                           .upper = usable_entry(raw.upper),
                           .unlimited = raw.upper == kEntryPxOverflow && lower == 0};
}

}  // namespace

feed::DecodeError quotation_of(const Snapshot& snapshot, PriceRule rule, Quotation& out) {
  RawPrices raw;
  const auto error = for_each_entry(snapshot, [&](const SnapshotEntry& entry) {
    const std::uint16_t type = entry.md_entry_type;
    if (type == kEntryLast && raw.last == 0) raw.last = entry.md_entry_px;
    if (type == kEntryUpperLimit) raw.upper = entry.md_entry_px;
    if (type == kEntryLowerLimit) raw.lower = entry.md_entry_px;
  });
  if (error != feed::DecodeError::none) return error;
  out.price = price_with(raw.last, snapshot.fields, rule);
  out.limits = limits_with(raw);
  return error;
}

std::optional<feed::BestQuote> quote_of(const Snapshot& snapshot) {
  const std::string_view phase = snapshot.fields.trading_phase_code;
  if (phase[0] != 'T' || phase[1] == '1') return feed::BestQuote{};
  feed::BestQuote quote{.kind = QuoteKind::book};
  for (const SnapshotEntry& entry : snapshot.entries) {
    if (entry.md_price_level != kBestLevel) continue;
    if (entry.md_entry_type == kEntryBid) quote.bid = entry.md_entry_px;
    if (entry.md_entry_type == kEntryAsk) quote.ask = entry.md_entry_px;
  }
  const auto sound = [](std::int64_t raw) { return raw >= 0 && raw < kEntryPxOverflow; };
  if (!sound(quote.bid) || !sound(quote.ask)) return std::nullopt;
  return quote;
}

}  // namespace indexcast::szse
