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

}  // namespace

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
  const std::uint64_t scale = record.kind == MktdtLineKind::index ? 10 : 100;
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
    raw = image.last;
    if (!closed) kind = PriceKind::last;
  }
  if (raw == 0 || raw >= kPriceOverflow) return std::nullopt;
  return feed::TradedPrice{.kind = kind,
                           .price = static_cast<std::int64_t>(raw) * kPriceScale,
                           .volume = known(image.volume, kVolumeOverflow),
                           .turnover = known(image.turnover, kValueOverflow) * kValueScale};
}

}  // namespace indexcast::sse
