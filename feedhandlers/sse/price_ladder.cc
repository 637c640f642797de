#include "feedhandlers/sse/price_ladder.h"

namespace indexcast::sse {
namespace {

constexpr std::int64_t kPriceScale = 10;   // 1e-5 to 1e-6
constexpr std::int64_t kValueScale = 100;  // 1e-2 to 1e-4

// Fields at or beyond their overflow code say nothing.
constexpr std::int64_t known(std::uint64_t raw, std::uint64_t overflow) {
  return raw < overflow ? static_cast<std::int64_t>(raw) : 0;
}

// A price of the file, whose last decimal is 1e-3 or 1e-4, in 1e-5.
std::uint64_t scaled(std::int64_t raw, std::uint64_t scale, std::uint64_t overflow) {
  if (raw < 0 || raw == kMktdtOverflow) return overflow;
  return static_cast<std::uint64_t>(raw) * scale;
}

// Of a book whose best prices are these, 1e-5.
std::optional<feed::BestQuote> quote_with(std::uint64_t bid, std::uint64_t ask) {
  if (bid >= kPriceOverflow || ask >= kPriceOverflow) return std::nullopt;
  return feed::BestQuote{QuoteKind::book, static_cast<std::int64_t>(bid) * kPriceScale,
                         static_cast<std::int64_t>(ask) * kPriceScale};
}

// Of the file, whose prices but for an index's have three decimals.
constexpr std::uint64_t kMktdtPriceScale = 100;

}  // namespace

std::optional<feed::BestQuote> quote_of(const Snapshot& snapshot, char phase) {
  if (!has_quotes(phase)) return feed::BestQuote{};
  std::uint64_t bid = 0;
  std::uint64_t ask = 0;
  for (const Entry& entry : snapshot.entries) {
    if (entry.md_entry_position_no != 0) continue;
    if (entry.md_entry_type == kEntryBid) bid = entry.md_entry_px;
    if (entry.md_entry_type == kEntryAsk) ask = entry.md_entry_px;
  }
  return quote_with(bid, ask);
}

std::optional<feed::BestQuote> quote_of(const MktdtRecord& record, char phase) {
  if (!has_quotes(phase)) return feed::BestQuote{};
  return quote_with(scaled(record.numbers[kMktdtBestBid], kMktdtPriceScale, kPriceOverflow),
                    scaled(record.numbers[kMktdtBestAsk], kMktdtPriceScale, kPriceOverflow));
}

Image image_of(const Snapshot& snapshot) {
  Image image{.pre_close = snapshot.fields.pre_close_px,
              .volume = snapshot.fields.total_volume_traded,
              .turnover = snapshot.fields.total_value_traded};
  for (const Entry& entry : snapshot.entries) {
    if (entry.md_entry_type == kEntryLast) image.last = entry.md_entry_px;
    if (entry.md_entry_type == kEntryClose) image.close = entry.md_entry_px;
  }
  return image;
}

Image image_of(const MktdtRecord& record) {
  const std::uint64_t scale = record.kind == MktdtLineKind::index ? 10 : kMktdtPriceScale;
  const auto& numbers = record.numbers;
  return {.pre_close = scaled(numbers[kMktdtPreClose], scale, kPriceOverflow),
          .last = scaled(numbers[kMktdtLast], scale, kPriceOverflow),
          .close = scaled(numbers[kMktdtClose], scale, kPriceOverflow),
          .volume = scaled(numbers[kMktdtVolume], 1, kVolumeOverflow),
          .turnover = scaled(numbers[kMktdtValue], 1, kValueOverflow)};
}

std::optional<feed::TradedPrice> price_of(const Image& image, PriceRule rule) {
  const bool closed = rule == PriceRule::closed;
  std::uint64_t raw = image.pre_close;
  PriceKind kind = closed ? PriceKind::close : PriceKind::previous_close;
  if (closed && image.close != 0) {
    raw = image.close;
  } else if (image.last != 0) {
    // In phase E the close is still to come; a security that never traded has none.
    raw = image.last;
    kind = PriceKind::last;
  }
  if (raw == 0 || raw >= kPriceOverflow) return std::nullopt;
  return feed::TradedPrice{.kind = kind,
                           .price = static_cast<std::int64_t>(raw) * kPriceScale,
                           .volume = known(image.volume, kVolumeOverflow),
                           .turnover = known(image.turnover, kValueOverflow) * kValueScale};
}

}  // namespace indexcast::sse
